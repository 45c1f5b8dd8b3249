import { createAuth } from '@tessera-auth/core'
import { createBrowser } from '@tessera-auth/testing'
import { describe, expect, it } from 'vitest'
import { leaky } from '../../test/createDesk.tsx'
import { factsOf, refreshFactsOf } from './facts.ts'
import { mask, maskPath, secretsOf } from './mask.ts'

const secrets = { access: 'canary-access"\\1', refresh: 'canary-refresh-1', id: 'canary+id/1==', own: 'canary-own-1' }

function openAuth() {
  const tab = createBrowser().openTab((environment) => createAuth({ method: leaky(secrets) }, environment))
  return tab.app
}

describe('factsOf', () => {
  it('has no secret of the session, wherever it was put', async () => {
    const auth = openAuth()
    await auth.login()
    const text = JSON.stringify([factsOf(auth), refreshFactsOf(auth)])
    expect(text).toContain('Ada')
    expect(text).toContain('"method":"leaky"')
    expect(text).not.toMatch(/canary/)
    // Nor as it is in an address or in JSON within JSON.
    for (const secret of Object.values(secrets)) expect(text).not.toContain(encodeURIComponent(secret))
  })

  it('does not make an auth look who is signed in', () => {
    const auth = openAuth()
    expect(factsOf(auth)).toEqual({ status: 'loading', pending: null, code: null, session: null, lastSignOut: null })
  })
})

describe('mask', () => {
  it('masks a JWT that it does not know', () => {
    const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln'
    expect(mask(`before ${jwt} after`, [])).toBe('before ••• after')
  })

  it('leaves alone what is no secret', () => {
    expect(mask('Signed in by password', secretsOf({ accessToken: 'abc', subject: 'password', method: 'password' }))).toBe('Signed in by password')
  })

  it('masks a secret that can be in no address', () => {
    expect(mask('before half\ud800pair after', secretsOf({ accessToken: 'half\ud800pair' }))).toBe('before ••• after')
  })

  it('masks the longer of two secrets of which one begins with the other', () => {
    const known = secretsOf({ accessToken: 'canary-one', refreshToken: 'canary-one-and-more' })
    expect(mask('canary-one-and-more', known)).toBe('•••')
  })
})

describe('maskPath', () => {
  it('has neither host nor query, nor a segment that looks made by chance', () => {
    expect(maskPath('https://api.example/v1/invitations/q8Zt3Lk0aBv7Yx2WmN4p?token=canary#canary')).toBe('/v1/invitations/•••')
  })

  it('leaves words alone', () => {
    expect(maskPath('https://api.example/.well-known/openid-configuration')).toBe('/.well-known/openid-configuration')
  })
})
