import type { App } from './app.ts'
import type { Duty, LastRequest } from './module.ts'
import type { Endpoint } from './received.ts'
import type { Scene } from './scene.ts'

/** What a module is played on. */
export interface Stage {
  readonly app: App
  readonly scene: Scene
}

/** Plays a module and gives what the client did wrong. */
export async function play(duty: Duty, stage: Stage): Promise<readonly string[]> {
  // What the client did wrong on the way may be why it stopped there.
  const problems = await perform(duty, stage).catch((error: unknown) => [error instanceof Error ? error.message : String(error)])
  return [...problems, ...stage.scene.complaints]
}

type DutyTo<Type extends Duty['type']> = Extract<Duty, { type: Type }>

function perform(duty: Duty, stage: Stage): Promise<readonly string[]> {
  switch (duty.type) {
    case 'signs_in':
      return signsIn(duty, stage)
    case 'refuses':
      return refuses(duty, stage)
    case 'refreshes':
      return refreshes(stage)
    case 'ends':
      return ends(duty, stage)
    case 'calls_api':
      return callsApi(duty, stage)
    case 'signs_out':
      return signsOut(stage)
  }
}

async function signsIn({ logins = 1, keyRequests = 0 }: DutyTo<'signs_in'>, stage: Stage): Promise<readonly string[]> {
  const problems: string[] = []
  for (let login = 0; login < logins; login++) {
    if (login > 0) {
      await signOut(stage)
      stage.scene.rotateKeys()
    }
    problems.push(...(await signIn(stage)))
  }
  const keysAsked = count(stage.scene, 'keys')
  return keysAsked < keyRequests ? [...problems, `it fetched the keys ${keysAsked} times`] : problems
}

async function refuses({ shows, after }: DutyTo<'refuses'>, { app, scene }: Stage): Promise<readonly string[]> {
  if (await app.signIn()) return [`it signed in, where it should say ${shows}`]
  const problem = await app.problem()
  await app.letTimePass()
  await app.goBack()
  await app.waitForStatus('Nobody is signed in.')
  return [...(problem.includes(shows) ? [] : [`it says “${problem}”, not ${shows}`]), ...goneOn(scene, after), ...(await keptTokens(app, scene))]
}

async function refreshes(stage: Stage): Promise<readonly string[]> {
  const { app, scene } = stage
  const problems = await signIn(stage)
  await app.press('Refresh now')
  await app.waitForAnswer('Refresh now')
  await app.press('Ask UserInfo')
  await app.waitForAnswer('Ask UserInfo')
  await app.letTimePass()
  const grants = scene.seen.filter(({ endpoint }) => endpoint === 'token').map(({ body }) => body.get('grant_type'))
  const isRefreshed = grants.join(' ') === 'authorization_code refresh_token'
  return [...problems, ...(isRefreshed ? [] : [`it asked for tokens by ${grants.join(', ')}`]), ...lacksUserInfo(scene)]
}

async function ends({ shows }: DutyTo<'ends'>, stage: Stage): Promise<readonly string[]> {
  const { app, scene } = stage
  const problems = [...(await signIn(stage))]
  const before = count(scene, 'userinfo')
  await app.press('Refresh now')
  await app.waitForStatus(shows)
  await app.letTimePass()
  if (count(scene, 'userinfo') > before) problems.push('it asked UserInfo after the refresh')
  if (count(scene, 'token') > 2) problems.push('it asked for tokens once more')
  return [...problems, ...(await keptTokens(app, scene))]
}

async function callsApi({ requests }: DutyTo<'calls_api'>, { app, scene }: Stage): Promise<readonly string[]> {
  if (!(await app.signIn())) return [`it did not sign in: “${await app.problem()}”`]
  for (const call of [1, 2]) {
    await app.press('Call the API')
    await app.waitForAnswer(`"call": ${call}`)
  }
  await app.letTimePass()
  const endpoints = ['pushed', 'token', 'resource'] as const
  return endpoints.flatMap((endpoint) => (count(scene, endpoint) === requests[endpoint] ? [] : [`it sent ${count(scene, endpoint)} requests to ${endpoint}, not ${requests[endpoint]}`]))
}

async function signsOut(stage: Stage): Promise<readonly string[]> {
  const { app, scene } = stage
  const problems = [...(await signIn(stage))]
  await signOut(stage)
  await app.letTimePass()
  if (count(scene, 'end_session') !== 1) problems.push(`it came to the end of the session ${count(scene, 'end_session')} times`)
  if (count(scene, 'userinfo') > 1) problems.push('it asked UserInfo after the sign-out')
  problems.push(...(await keptTokens(app, scene)))
  // Whatever it came back with, it is of use again.
  return [...problems, ...(await signIn(stage))]
}

/** UserInfo is asked at each login, and what it says of the person is on the page. */
async function signIn({ app, scene }: Stage): Promise<readonly string[]> {
  if (!(await app.signIn())) return [`it did not sign in: “${await app.problem()}”`]
  await app.letTimePass()
  const text = await app.text()
  const unread = scene.facts.filter((fact) => !text.includes(fact))
  return [...unread.map((fact) => `“${fact}”, of UserInfo, is not on the page`), ...lacksUserInfo(scene)]
}

async function signOut({ app }: Stage): Promise<void> {
  await app.press('Sign out')
  await app.waitForStatus(/^Nobody is signed in\.$/)
}

/** The newest access token came to UserInfo in the header. */
function lacksUserInfo({ seen, issued }: Scene): string[] {
  const newest = issued.accessTokens.at(-1)
  const isAsked = seen.some(({ endpoint, authorization }) => endpoint === 'userinfo' && authorization === `Bearer ${newest}`)
  return isAsked ? [] : ['UserInfo was not asked with the new access token']
}

/** In the order in which a client that trusts everything asks for them. */
const steps: readonly Endpoint[] = ['metadata', 'pushed', 'authorization', 'token', 'userinfo', 'resource']

/** Requests beyond the last that was allowed. A token that is refused may be revoked, which is no use of it. */
function goneOn(scene: Scene, after: LastRequest): string[] {
  const forbidden = steps.slice(steps.indexOf(after) + 1)
  const tokenRequests = count(scene, 'token') > 1 ? ['it asked for tokens once more'] : []
  const missing = count(scene, after) === 0 ? [`it did not come as far as ${after}`] : []
  return [...missing, ...forbidden.filter((endpoint) => count(scene, endpoint) > 0).map((endpoint) => `it went on to ${endpoint}`), ...tokenRequests]
}

function count({ seen }: Scene, endpoint: Endpoint): number {
  return seen.filter((each) => each.endpoint === endpoint).length
}

async function keptTokens(app: App, { issued }: Scene): Promise<string[]> {
  const kept = await app.kept()
  const names = Object.entries(issued).flatMap(([name, tokens]) => (tokens.some((token) => kept.includes(token)) ? [name] : []))
  return names.map((name) => `of what it must not have, ${name} are kept`)
}
