import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { createIdentityServer } from '../../apps/identity/src/index.ts'

const lines: string[] = []
const identity = await createIdentityServer({ port: 0, demoOrigin: 'http://localhost:5173', log: (line) => lines.push(line) })
afterAll(() => identity.close())
beforeEach(() => void lines.splice(0))

const machine = { TOKEN_URL: `${identity.origin}/oauth/v2/token`, CLIENT_ID: 'machine', CLIENT_SECRET: 'machine-secret' }
const reader = { ...machine, CLIENT_ID: 'machine-reader', CLIENT_SECRET: 'p:ä%reader' }
const resources = `${identity.origin}/v1/resources`

/** Runs the example as a person would, with nothing in the environment but `settings`. */
async function run(settings: Readonly<Record<string, string>>, ...urls: readonly string[]) {
  const args = ['--conditions=@tessera-auth/source', join(import.meta.dirname, 'src/main.ts'), ...urls]
  const ran = promisify(execFile)(process.execPath, args, { env: settings, timeout: 20_000 })
  const { stdout, stderr, code = 0 } = await ran.catch((error: { stdout: string; stderr: string; code: number }) => error) as Awaited<typeof ran> & { code?: number }
  return { printed: stdout.trim().split('\n').sort(), stderr, code }
}

const tokenRequests = () => lines.filter((line) => line.includes('machine token'))

it("prints the API's answers, and asks for one token for several calls", async () => {
  const { printed, stderr, code } = await run(machine, resources, `${identity.origin}/v1/admin`, resources)
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
  expect(printed).toEqual([
    `200 ${identity.origin}/v1/admin {"subject":"machine","message":"You may add and change resources."}`,
    expect.stringMatching(/^200 \S+\/v1\/resources \{"subject":"machine","resources":\[.*\]\}$/),
    expect.stringMatching(/^200 \S+\/v1\/resources /),
  ])
  expect(tokenRequests()).toHaveLength(1)
})

it('CC-04: has a secret that HTTP Basic alone could not carry, and prints a 403 like any answer', async () => {
  const { printed, code } = await run(reader, resources, `${identity.origin}/v1/admin`)
  expect(code).toBe(0)
  expect(printed).toEqual([expect.stringMatching(/^200 \S+\/resources /), expect.stringMatching(/^403 \S+\/admin /)])
  expect(tokenRequests()).toHaveLength(1)
})

it('asks for the scope that it is given', async () => {
  const { printed } = await run({ ...machine, SCOPE: 'read:resources' }, resources, `${identity.origin}/v1/admin`)
  expect(printed).toEqual([expect.stringMatching(/^200 /), expect.stringMatching(/^403 /)])
})

it('replaces a token that the API refuses, once', async () => {
  const seen: (string | undefined)[] = []
  const api = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(new Set(seen).size > 1 ? 200 : 401).end('answer')
  })
  await once(api.listen(0, 'localhost'), 'listening')
  const address = api.address()
  const url = `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}/`
  const { printed } = await run(machine, url).finally(() => api.close())
  expect(printed).toEqual([`200 ${url} answer`])
  expect(seen).toHaveLength(2)
  expect(tokenRequests()).toHaveLength(2)
})

it('says what is wrong, without the secret', async () => {
  const { printed, stderr, code } = await run({ ...machine, CLIENT_SECRET: 'canary-secret' }, resources)
  expect({ printed, code }).toEqual({ printed: [''], code: 1 })
  expect(stderr).toBe('invalid_credentials: The server refused the credentials (invalid_client): check them, or sign in again.\n')
})
