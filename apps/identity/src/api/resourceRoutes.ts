import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import type { RecordActivity } from '../activityLog.ts'
import type { AccessTokens } from './createAccessTokens.ts'
import { readJsonObject } from './readJsonObject.ts'
import { requireScope } from './requireScope.ts'

interface Resource {
  readonly id: string
  readonly name: string
}

const firstNames = ['Analytical Engine', 'Difference Engine', 'Jacquard loom']

const maxNameLength = 100
const maxResources = 1000

/** What access tokens are for: one list of resources that everybody shares, and a page for those who may write. */
export function resourceRoutes(tokens: AccessTokens, record: RecordActivity): Hono {
  const resources: Resource[] = firstNames.map((name) => ({ id: randomUUID(), name }))
  const canRead = requireScope('read:resources', tokens, record)
  const canWrite = requireScope('write:resources', tokens, record)
  const routes = new Hono()

  routes.get('/resources', canRead, (c) => c.json({ subject: c.get('subject'), resources }))

  routes.post('/resources', canWrite, async (c) => {
    const { name } = await readJsonObject(c.req)
    if (typeof name !== 'string' || name.trim() === '' || name.length > maxNameLength) {
      const description = `name must be text of 1 to ${maxNameLength} characters.`
      return c.json({ error: 'invalid_request', error_description: description }, 400)
    }
    const resource = { id: randomUUID(), name: name.trim() }
    resources.push(resource)
    if (resources.length > maxResources) resources.shift()
    return c.json(resource, 201)
  })

  routes.get('/admin', canWrite, (c) =>
    c.json({ subject: c.get('subject'), message: 'You may add and change resources.' }),
  )

  return routes
}
