import { TokenManager, type Environment } from '@tessera-auth/core'
import { describe, expect, it } from 'vitest'
import { createBrowser } from '../tabs/createBrowser.ts'
import { answers, type Answer } from './answers.ts'
import { createTokenEndpoint, type TokenEndpoint } from './createTokenEndpoint.ts'

async function world(...scripted: readonly Answer[]): Promise<{ refresh: () => Promise<string>; endpoint: TokenEndpoint }> {
  const endpoint = createTokenEndpoint()
  const browser = createBrowser({ network: endpoint.answer })
  const send = async ({ network }: Environment, path: string, body: object): Promise<Response> =>
    network.fetch(new Request(`https://id.example${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), redirect: 'error' }))
  const { app } = browser.openTab((environment) => (path: string, body: object) => send(environment, path, body))
  await app('/login', { email: 'ada' })
  endpoint.script('refresh', ...scripted)
  const read = async (): Promise<string> => {
    const response = await app('/refresh', { refresh_token: endpoint.currentRefreshToken() })
    const members = Object.entries(JSON.parse(`{"text":${JSON.stringify(await response.text())}}`) as Record<string, string>)
    return `${response.status} ${response.headers.get('retry-after') ?? ''} ${members[0]?.[1] ?? ''}`
  }
  const refresh = (): Promise<string> => browser.until(read().catch((error: Error) => error.message))
  return { refresh, endpoint }
}

const refreshesOf = ({ families }: TokenEndpoint): number => families[0]?.refreshes ?? 0

describe('scripted answers', () => {
  it.each([
    ['ok', answers.ok(), /^200 .*"refresh_token":"refresh/, 1],
    ['twisted', answers.twisted({ members: { expires_in: 'soon', refresh_token: null } }), /"expires_in":"soon","refresh_token":null/, 1],
    ['withoutRefreshToken', answers.withoutRefreshToken(), /^(?!.*refresh_token)200/, 1],
    ['expired', answers.expired(), /"expires_in":0/, 1],
    ['error', answers.error('invalid_grant'), /^400 {2}\{"error":"invalid_grant"\}$/, 0],
    ['status', answers.status(503), /^503 {2}$/, 0],
    ['rateLimited', answers.rateLimited(4500), /^429 5 $/, 0],
    ['html', answers.html(), /^200 {2}<!doctype/, 0],
    ['empty', answers.empty(), /^200 {2}$/, 1],
    ['truncated', answers.truncated(), /^200 {2}\{.*[^}]$/, 1],
    ['huge', answers.huge(3000), /x{3000}/, 1],
    ['slow', answers.slow(5000), /^200/, 1],
    ['resetBeforeCommit', answers.resetBeforeCommit(), /^Failed to fetch$/, 0],
    ['resetAfterCommit', answers.resetAfterCommit(), /^Failed to fetch$/, 1],
    ['hiddenByCors', answers.hiddenByCors(), /^Failed to fetch$/, 1],
    ['redirect', answers.redirect('https://elsewhere.example/'), /^Failed to fetch$/, 0],
    ['hang', answers.hang(), /^Nothing settled it/, 0],
    ['stalled', answers.stalled(), /^Nothing settled it/, 1],
  ] as const)('%s', async (_, answer, expected, refreshes) => {
    const { refresh, endpoint } = await world(answer)
    expect(await refresh().catch((error: Error) => error.message)).toMatch(expected)
    expect(refreshesOf(endpoint)).toBe(refreshes)
    expect(await refresh()).toMatch(/^200/)
  })

  it('come in order, and can be forgotten', async () => {
    const { refresh, endpoint } = await world(answers.status(500), answers.status(502), answers.status(504))
    expect([await refresh(), await refresh()]).toEqual(['500  ', '502  '])
    endpoint.unscript()
    expect(await refresh()).toMatch(/^200/)
  })

  it('name another subject, by a clock that is ahead', async () => {
    const { refresh } = await world(answers.twisted({ subject: 'eve', clockAheadMs: 60_000 }))
    const [, payload = ''] = /"access_token":"[^.]+\.([^.]+)/.exec(await refresh()) ?? []
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string; iat: number }
    expect(claims).toMatchObject({ sub: 'eve', iat: 1_767_225_660 })
  })

  it('drive a TokenManager through a lost answer', async () => {
    const { refresh, endpoint } = await world(answers.resetAfterCommit())
    const manager = new TokenManager({
      background: false,
      refresh: async () => {
        const answer = await refresh()
        if (!answer.startsWith('200')) throw new TypeError(answer)
        return { accessToken: 'at' }
      },
    })
    await expect(manager.getAccessToken()).rejects.toMatchObject({ code: 'network' })
    expect(refreshesOf(endpoint)).toBe(1)
    manager.dispose()
  })
})
