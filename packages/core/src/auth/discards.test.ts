import { beforeEach, describe, expect, test } from 'vitest'
import { createWorld, defer, type Deferred, type World } from '../../test/world.ts'
import { AuthError } from '../errors.ts'
import { leavingPage, type AuthMethod } from '../methods/method.ts'
import type { Session } from '../session/session.ts'
import { createAuth } from './createAuth.ts'

/** What a login takes: nobody looks at it, but it may be what the login gives. */
interface Input {
  readonly token?: string | undefined
}

type Given = Session<null> | typeof leavingPage

let world: World
/** Logins under way, in order, and refresh tokens that were revoked. */
let logins: Deferred<Given>[]
let revoked: (string | null | undefined)[]
/** Of each of those: whether that may leave the page. */
let wanted: boolean[]
/** What a refresh gives. */
let refreshed: Session<null>
beforeEach(() => {
  world = createWorld()
  logins = []
  revoked = []
  wanted = []
  refreshed = of('rt-eve', 'eve')
})

const method: AuthMethod<Input, null> = {
  name: 'slow',
  login() {
    const login = defer<Given>()
    logins.push(login)
    return login.promise
  },
  refresh: async () => refreshed,
  async logout({ refreshToken, accessToken }, { isWanted, page }) {
    revoked.push(refreshToken ?? accessToken)
    wanted.push(isWanted())
    page.assign('https://id.example/logout')
    return true
  },
}

const of = (token: string, subject: string | null = null): Session<null> => ({ accessToken: `at-${token}`, refreshToken: token, subject, user: null, scope: [] })
const opaque = (accessToken: string): Session<null> => ({ ...of('x'), refreshToken: undefined, accessToken })
const refused = new AuthError('invalid_credentials', 'No.')
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

/** Two logins, of which the second overtook the first, which is answered first. */
async function overtaken(first: Given, input: Input = {}) {
  const auth = createAuth({ method }, world.environment)
  await auth.ready
  const outcomes = [auth.login(input), auth.login(input)].map((login) => login.then(() => null, (error: unknown) => error))
  logins[0]?.resolve(first)
  expect(await outcomes[0]).toMatchObject({ code: 'superseded' })
  expect(revoked).toEqual([])
  const finish = async (second: Given | AuthError): Promise<void> => {
    if (second instanceof AuthError) logins[1]?.reject(second)
    else logins[1]?.resolve(second)
    await outcomes[1]
    await settled()
  }
  return { auth, finish }
}

describe('of a login that another overtook, nothing is revoked before that is done, and then', () => {
  test.each<[string, Given, Given | AuthError, string[]]>([
    ['nothing of the person who is signed in', of('rt-1', 'ada'), of('rt-2', 'ada'), []],
    ['nothing that both gave', of('rt-1'), of('rt-1'), []],
    ['nothing with the refresh token that both gave', of('rt-1'), { ...of('rt-1'), accessToken: 'at-2' }, []],
    ['nothing with the one token that both gave', opaque('one'), opaque('one'), []],
    ['nothing where there is none, as the page was to leave', leavingPage, refused, []],
    ['what is of somebody else', of('rt-1', 'ada'), of('rt-2', 'bob'), ['rt-1']],
    ['what is of somebody else, be the refresh token that of both', of('rt-1', 'ada'), of('rt-1', 'bob'), ['rt-1']],
    ['nothing with the refresh token of both, where one of them names nobody', of('rt-1', 'ada'), of('rt-1'), []],
    ['nothing with the refresh token of both, where the other names nobody', of('rt-1'), of('rt-1', 'ada'), []],
    ['what is of nobody in particular', of('rt-1'), of('rt-2'), ['rt-1']],
    ['what is another token, without a refresh token', opaque('one'), opaque('two'), ['one']],
    ['everything, when the other failed', of('rt-1', 'ada'), refused, ['rt-1']],
    ['everything, when the other leaves the page', of('rt-1', 'ada'), leavingPage, ['rt-1']],
  ])('%s', async (_, first, second, expected) => {
    const { finish } = await overtaken(first)
    await finish(second)
    expect(revoked).toEqual(expected)
  })

  test('everything, when a logout came after both', async () => {
    const { auth, finish } = await overtaken(of('rt-1', 'ada'))
    await auth.logout()
    expect(revoked).toEqual(['rt-1'])
    await finish(of('rt-2', 'ada'))
    expect(revoked).toEqual(['rt-1', 'rt-2'])
  })

  test('INV-18 everything, when dispose() came after both', async () => {
    const { auth, finish } = await overtaken(of('rt-1', 'ada'))
    auth.dispose()
    expect(revoked).toEqual(['rt-1'])
    await finish(of('rt-2', 'ada'))
    expect(revoked).toEqual(['rt-1', 'rt-2'])
  })

  test.each([of('permanent', 'ada'), opaque('permanent')])(
    'not what the app came with: that may be used again (%#)',
    async (first) => {
      const { auth, finish } = await overtaken(first, { token: 'permanent' })
      await finish(refused)
      expect(revoked).toEqual([])
      await auth.logout()
      expect(revoked).toEqual([])
    },
  )

  test('everything, though the app came with nothing and there is no refresh token', async () => {
    const { finish } = await overtaken(opaque('one'), { token: undefined })
    await finish(refused)
    expect(revoked).toEqual(['one'])
  })

  test('nothing for which the page would have to leave: nobody asked for that', async () => {
    const { finish } = await overtaken(of('rt-1'))
    await finish(refused)
    expect([wanted, world.left]).toEqual([[false], []])
  })
})

test.each([
  ['another refresh token', 'rt-eve'],
  ['the refresh token of before', 'rt-ada'],
])('INV-8 RF-16 what a refresh gave for somebody else, with %s, is revoked at once, where nobody has signed in since the page loaded', async (_, token) => {
  const options = { method, storage: 'session', shareAcrossTabs: false } as const
  const login = createAuth(options, world.environment).login({})
  logins[0]?.resolve(of('rt-ada', 'ada'))
  await login
  refreshed = of(token, 'eve')
  const auth = createAuth(options, world.environment)
  await expect(auth.tokens.refresh()).rejects.toMatchObject({ code: 'subject_changed' })
  expect(revoked).toEqual([token])
})

test('what two methods call somebody tells nothing of the token that both gave', async () => {
  const auth = createAuth({ methods: { one: method, other: method } }, world.environment)
  await auth.ready
  const first = auth.login('one', {}).catch(() => {})
  const second = auth.login('other', {})
  logins[0]?.resolve(of('rt-1', 'ada'))
  logins[1]?.resolve(of('rt-1', 'ada@example.com'))
  await Promise.all([first, second])
  await settled()
  expect(revoked).toEqual([])
})
