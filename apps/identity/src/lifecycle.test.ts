import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createIdentityServer } from './createIdentityServer.ts'
import { demoOrigin } from './testing/startServer.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const silent = { demoOrigin, log: () => {} }

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env } })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)))
  const ended = once(child, 'close').then(([code]) => ({ code: Number(code), ...output }))
  return { child, ended }
}

test('rejects with the port when it is in use', async () => {
  const first = await createIdentityServer({ port: 0, ...silent })
  const port = Number(new URL(first.origin).port)
  const second = createIdentityServer({ port, ...silent })
  await expect(second).rejects.toMatchObject({ message: `Port ${port} is already in use.`, code: 'EADDRINUSE' })
  await first.close()
})

test('rejects an origin of the demo that has a path', async () => {
  const wrong = createIdentityServer({ port: 0, demoOrigin: 'http://localhost:5173/' })
  await expect(wrong).rejects.toThrow('without a path')
})

test('nothing answers after close, and a second close is fine', async () => {
  const server = await createIdentityServer({ port: 0, ...silent })
  await fetch(`${server.origin}/jwks`)
  await Promise.all([server.close(), server.close()])
  await expect(fetch(`${server.origin}/jwks`)).rejects.toThrow('fetch failed')
})

test('close leaves nothing that keeps the process alive', async () => {
  const script = `
    import { createIdentityServer } from './index.ts'
    import { connect } from 'node:net'
    const server = await createIdentityServer({ port: 0, demoOrigin: '${demoOrigin}', log: () => {} })
    await (await fetch(server.origin + '/jwks')).text()
    await (await fetch(server.origin + '/v1/auth/login', { method: 'POST', body: 'x'.repeat(50_000) })).text()
    const idle = connect(Number(new URL(server.origin).port), 'localhost').on('error', () => {})
    await new Promise((resolve) => idle.once('connect', resolve))
    await server.close()
    console.log('closed', process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length)
  `
  const { code, stdout, stderr } = await run(['--input-type=module-typescript', '-e', script]).ended
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'closed 0\n', stderr: '' })
})

test('the command says one line when ready and ends with 0 on SIGTERM', async () => {
  const { child, ended } = run(['main.ts'], { IDENTITY_PORT: '0', DEMO_ORIGIN: demoOrigin })
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  const { code, stdout, stderr } = await ended
  expect(stdout).toMatch(/^Identity server ready at http:\/\/localhost:\d+, for the demo at \S+\n$/)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('the command says in one sentence that the port is in use', async () => {
  const server = await createIdentityServer({ port: 0, ...silent })
  const { port } = new URL(server.origin)
  const { code, stdout, stderr } = await run(['main.ts'], { IDENTITY_PORT: port }).ended
  await server.close()
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(`Port ${port} is already in use: set IDENTITY_PORT to another port.\n`)
})

test('the command says in one sentence that the port is no port', async () => {
  const { code, stderr } = await run(['main.ts'], { IDENTITY_PORT: 'abc' }).ended
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'IDENTITY_PORT must be a port number from 0 to 65535, not abc.\n',
  })
})
