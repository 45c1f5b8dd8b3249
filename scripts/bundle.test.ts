import { describe, expect, it } from 'vitest'
import manifest from '../packages/core/package.json' with { type: 'json' }
import { bundle, over, packageOf, sizeApps, startUpChunks } from './bundle.ts'

describe('packageOf', () => {
  it.each([
    ['/repo/packages/core/dist/index.js', '@tessera-auth/core'],
    ['/repo/packages/react/src/useAuth.ts', '@tessera-auth/react'],
    ['/repo/node_modules/.pnpm/jose@6/node_modules/jose/dist/webapi/index.js', 'jose'],
    ['/repo/node_modules/.pnpm/@scope+a@1/node_modules/@scope/a/index.js', '@scope/a'],
    ['C:\\repo\\node_modules\\zustand\\esm\\vanilla.mjs', 'zustand'],
    ['/repo/test/size/password.ts', 'app'],
    ['\0rolldown/runtime.js', 'app'],
  ])('%j is of %s', (id, name) => {
    expect(packageOf(id)).toBe(name)
  })
})

describe('startUpChunks', () => {
  const chunk = (fileName: string, imports: string[], isEntry = false) => ({ fileName, imports, isEntry })

  it('follows static imports, each once, and leaves out what is only imported dynamically', () => {
    const chunks = [
      chunk('lazy', ['shared']),
      chunk('deep', ['shared']),
      chunk('shared', ['deep']),
      chunk('entry', ['shared'], true),
    ]
    expect(startUpChunks(chunks).map(({ fileName }) => fileName)).toEqual(['entry', 'shared', 'deep'])
  })
})

it('subtracts one weight from another', () => {
  const weight = { minified: 5, gzip: 4, brotli: 3 }
  expect(over(weight, { minified: 1, gzip: 1, brotli: 1 })).toEqual({ minified: 4, gzip: 3, brotli: 2 })
})

describe('an app pays for the method it uses alone', () => {
  /** Words that only the code of this method has. */
  const telltales: Readonly<Record<string, readonly string[]>> = {
    'access-token': ['and there is none.'],
    'api-key': ['X-API-Key', 'dangerouslySendInQuery'],
    'authorization-code': ['end_session_endpoint', 'pushed_authorization_request_endpoint', 'popup_blocked'],
    'backend-code': ['authorizationUrl', 'idempotency-key'],
    'client-credentials': ['client_credentials', 'dangerouslyAllowBrowser'],
    'cookie-session': ['sessionUrl', 'csrfUrl'],
    'ephemeral-token': ['ephemeral_token', 'maxLifetimeMs'],
    firebase: ['identitytoolkit', 'securetoken', 'returnSecureToken'],
    password: ['refreshUrl'],
    'refresh-token': ['revocationUrl'],
  }

  it('every method is weighed, and has its telltales', () => {
    const ofMethods = Object.entries(manifest.exports).filter(([, entry]) => JSON.stringify(entry).includes('/src/methods/'))
    const subpaths = ofMethods.map(([path]) => path.slice(2))
    expect([...sizeApps().keys()]).toEqual(subpaths.sort())
    expect(Object.keys(telltales)).toEqual(subpaths)
  })

  /** Of entries that are no method: words that no app has which does not import them. */
  const extras = ['parkedStore', 'largestBytes']

  it.each([...sizeApps()])('%s', { timeout: 30_000 }, async (method, path) => {
    const { code } = await bundle(path, true)
    for (const [other, signs] of Object.entries(telltales)) {
      for (const sign of signs) expect(code.includes(sign), `${sign} of ${other}`).toBe(other === method)
    }
    for (const sign of extras) expect(code.includes(sign), sign).toBe(false)
  })
})
