import { describe, expect, it } from 'vitest'
import { bundle, over, packageOf, startUpChunks } from './bundle.ts'

describe('packageOf', () => {
  it.each([
    ['/repo/packages/core/dist/index.js', '@tessera-auth/core'],
    ['/repo/packages/react/src/useAuth.ts', '@tessera-auth/react'],
    ['/repo/node_modules/.pnpm/jose@6/node_modules/jose/dist/webapi/index.js', 'jose'],
    ['/repo/node_modules/.pnpm/@scope+a@1/node_modules/@scope/a/index.js', '@scope/a'],
    ['C:\\repo\\node_modules\\zustand\\esm\\vanilla.mjs', 'zustand'],
    ['/repo/test/size/password.tsx', 'app'],
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
  const telltales = {
    'authorization-code': ['code_verifier', 'code_challenge', 'end_session_endpoint'],
    password: ['refreshUrl', 'logoutUrl'],
  }

  it.each(Object.keys(telltales))('%s', async (method) => {
    const { code } = await bundle(`test/size/${method}.tsx`, true)
    for (const [other, signs] of Object.entries(telltales)) {
      for (const sign of signs) expect(code.includes(sign), `${sign} of ${other}`).toBe(other === method)
    }
  })
})
