import { createAuth, environment, isAuthError, type Environment } from '@tessera-auth/core'
import { authorizationCode } from '@tessera-auth/core/authorization-code'
import type { Command, Report, Settings, Stored } from './command.ts'
import { channelName, report } from './report.ts'

declare global {
  interface Window {
    app: {
      readonly login: () => void
      readonly stored: () => Stored
      readonly now: () => number
      readonly auth: () => ReturnType<typeof create>
      /** Ends everything that this page does. */
      readonly end: () => void
    }
  }
}

const { identityOrigin, gateOrigin, clientId, speed, sinceAt, ...settings } = JSON.parse(
  document.querySelector('#settings')?.textContent ?? '',
) as Settings
let { aheadMs } = settings
let [sent, renewed, latest] = [0, 0, 0]

const tab = new URLSearchParams(location.search).get('tab') ?? 'callback'
const page = environment.crypto.random()
const say = (said: Omit<Report, 'tab' | 'page'>): Promise<void> => report({ tab, page, ...said })

/** The real one, with a clock that the harness moves, and its requests counted. */
const world: Environment = {
  ...environment,
  clock: {
    now() {
      const { wallAt, elapsedMs } = environment.clock.now()
      const gainedMs = aheadMs + (speed - 1) * (wallAt - sinceAt)
      return { wallAt: wallAt + gainedMs, elapsedMs: elapsedMs + gainedMs }
    },
  },
  timer: { after: (delayMs, run) => environment.timer.after(delayMs / speed, run) },
  network: {
    ...environment.network,
    async fetch(request) {
      const isOurs = request.url.startsWith(gateOrigin)
      if (isOurs) sent++
      const response = await environment.network.fetch(request)
      if (isOurs && response.ok) renewed++
      return response
    },
  },
}

/** As an app has it. */
function create() {
  const made = createAuth(
    {
      method: authorizationCode({
        issuer: identityOrigin,
        endpoints: {
          authorization: `${identityOrigin}/auth`,
          token: `${gateOrigin}/${page}/token`,
          revocation: `${identityOrigin}/token/revocation`,
          jwks: `${identityOrigin}/jwks`,
        },
        clientId,
        redirectUri: '/authorization-code/callback',
        scope: 'openid profile offline_access read:resources',
      }),
      api: identityOrigin,
      storage: 'session',
      // Of real time: what is cut off by a fast clock alone would lose answers.
      requestTimeoutMs: 10_000 * speed,
    },
    world,
  )
  made.start()
  return made
}

let auth = create()
/** The session that this page began with, to sign in with again. */
let first = auth.tokens.current?.tokens

function look(): Omit<Report, 'tab' | 'page'> {
  // That of the tokens of this tab counts what this tab saw; all tabs agree on the one in the record.
  const { generation } = JSON.parse(sessionStorage.getItem('tessera:default:tokens') ?? '{}') as Pick<Report, 'generation'>
  const token = auth.tokens.current?.tokens.accessToken?.slice(-16)
  return { status: auth.store.getState().status, generation, token, sent, renewed }
}

/** Does it again while what went wrong may pass; gives the code of what will not. */
async function insist(isCurrent: () => boolean, isDone: () => boolean, attempt: () => Promise<unknown>): Promise<string | undefined> {
  do {
    try {
      await attempt()
    } catch (error) {
      if (!isAuthError(error) || !error.retryable) return isAuthError(error) ? `${error.code}: ${error.message}` : String(error)
      const generation = auth.tokens.current?.generation
      await auth.tokens.refresh(generation === undefined ? {} : { generation }).catch(() => {})
    }
  } while (isCurrent() && !isDone())
  return undefined
}

async function everyday(isCurrent: () => boolean): Promise<Omit<Report, 'tab' | 'page'>> {
  let isDone = false
  const error = await insist(isCurrent, () => isDone, async () => {
    await auth.getAccessToken()
    isDone = true
  })
  return { ...look(), error }
}

async function worst(isCurrent: () => boolean): Promise<Omit<Report, 'tab' | 'page'>> {
  const before = renewed
  const error = await insist(isCurrent, () => renewed > before, () => auth.tokens.refresh())
  return { ...look(), error }
}

async function call(times: number): Promise<Omit<Report, 'tab' | 'page'>> {
  const calls = Array.from({ length: times }, async () => (await auth.fetch(`${identityOrigin}/v1/resources`)).status)
  const settled = await Promise.allSettled(calls)
  return { ...look(), statuses: settled.map((each) => (each.status === 'fulfilled' ? each.value : 0)) }
}

const stored = (): Stored => Object.entries(sessionStorage)

/** Everything from the beginning, as in a tab that was just opened. */
async function restart(content: Stored): Promise<void> {
  first ??= auth.tokens.current?.tokens
  auth.dispose()
  sessionStorage.clear()
  for (const [name, value] of content) sessionStorage.setItem(name, value)
  auth = create()
  await auth.ready
}

async function renew(): Promise<Omit<Report, 'tab' | 'page'>> {
  await restart([])
  if (first !== undefined) await auth.tokens.setTokens(first)
  return { ...look(), stored: stored() }
}

/** Answers at the moment at which this tab is signed out, or at which it was told to sign out. */
async function logout(by: string): Promise<Omit<Report, 'tab' | 'page'>> {
  const isOut = (): boolean => auth.store.getState().status === 'unauthenticated'
  const heard = new Promise<number>((resolve) => {
    const unsubscribe = auth.store.subscribe(() => {
      if (!isOut()) return
      resolve(Date.now())
      unsubscribe()
    })
  })
  if (by !== tab) return { at: isOut() ? Date.now() : await heard, ...look() }
  const at = Date.now()
  await auth.logout()
  return { at, ...look() }
}

async function obey(command: Command): Promise<Omit<Report, 'tab' | 'page'> | undefined> {
  const isCurrent = (): boolean => latest === command.nonce
  if ('aheadMs' in command) ({ aheadMs } = command)
  switch (command.type) {
    case 'everyday':
      return everyday(isCurrent)
    case 'worst':
      return worst(isCurrent)
    case 'look':
      await auth.getAccessToken().catch(() => {})
      return look()
    case 'call':
      return call(command.times)
    case 'begin':
      void auth.getAccessToken().catch(() => {})
      return look()
    case 'renew':
      return command.by === tab ? renew() : undefined
    case 'copy':
      if (command.by === tab) return undefined
      await restart(command.stored)
      return look()
    case 'logout':
      return logout(command.by)
    case 'locks':
      return undefined
  }
}

/** Not while the page is in the back/forward cache, as a message would have Chromium throw it away. */
let channel: BroadcastChannel | null = null
const detach = new AbortController()
function listen(): void {
  channel = new BroadcastChannel(channelName)
  channel.addEventListener('message', ({ data }: MessageEvent<Command>) => {
    latest = data.nonce
    void obey(data).then((answer) => (answer === undefined ? undefined : say({ nonce: data.nonce, ...answer })))
  })
}
addEventListener('pagehide', () => channel?.close(), { signal: detach.signal })
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return
  listen()
  void say({ said: 'restored', ...look() })
}, { signal: detach.signal })

window.app = {
  login: () => void auth.login({}).catch(() => {}),
  stored,
  now: () => world.clock.now().wallAt,
  auth: () => auth,
  end() {
    auth.dispose()
    detach.abort()
    channel?.close()
  },
}
listen()
if (tab === 'callback') await auth.handleCallback()
await auth.ready
await say({ said: 'ready', ...look() })
