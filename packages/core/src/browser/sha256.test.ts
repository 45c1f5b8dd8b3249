import { expect, test } from 'vitest'
import { sha256 } from './sha256.ts'

test('is the challenge of RFC 7636, appendix B', async () => {
  expect(await sha256('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
})
