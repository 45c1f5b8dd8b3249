import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { readJsonObject } from './readJsonObject.ts'
import { requireScope, type Gate } from './requireCredential.ts'
import { answer, malformed } from './result.ts'

interface Resource {
  readonly id: string
  readonly name: string
}

const firstNames = ['Analytical Engine', 'Difference Engine', 'Jacquard loom']

const maxNameLength = 100
const maxResources = 1000

/** What credentials are for: one list of resources that everybody shares, and a page for those who may write. */
export function resourceRoutes(gate: Gate): Hono {
  const resources: Resource[] = firstNames.map((name) => ({ id: randomUUID(), name }))
  const canRead = requireScope('read:resources', gate)
  const canWrite = requireScope('write:resources', gate)
  const routes = new Hono()

  routes.get('/resources', canRead, (c) => c.json({ subject: c.get('credential').principal.subject, resources }))

  routes.post('/resources', canWrite, async (c) => {
    const { name } = await readJsonObject(c.req)
    if (typeof name !== 'string' || name.trim() === '' || name.length > maxNameLength) {
      return answer(c, malformed(`name must be text of 1 to ${maxNameLength} characters.`))
    }
    const resource = { id: randomUUID(), name: name.trim() }
    resources.push(resource)
    if (resources.length > maxResources) resources.shift()
    return c.json(resource, 201)
  })

  routes.get('/admin', canWrite, (c) =>
    c.json({ subject: c.get('credential').principal.subject, message: 'You may add and change resources.' }),
  )

  return routes
}
