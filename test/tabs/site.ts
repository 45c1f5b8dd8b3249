import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { createIdentityServer } from '../../apps/identity/src/index.ts'
import type { Scripts } from './buildPage.ts'
import { createGate, type Gate } from './gate.ts'
import { close, listen } from './listen.ts'
import type { Command, Report, Settings } from './page/command.ts'

type Distribute<C> = C extends Command ? Omit<C, 'nonce'> : never

/** A command that was given, and the answers that are still to come. */
export interface Asked {
  readonly answers: Promise<ReadonlyMap<string, Report>>
  /** No longer waits for this tab. */
  readonly excuse: (tab: string) => void
}

/** The app that the tabs show, its identity server, the gate between the two, and a line to the tabs. */
export interface Site {
  readonly origin: string
  readonly identityOrigin: string
  readonly gate: Gate
  readonly settings: { -readonly [Name in 'clientId' | 'aheadMs' | 'speed' | 'sinceAt']: Settings[Name] }
  /** Gives a command to all tabs at once. */
  readonly start: (command: Distribute<Command>, tabs: readonly string[]) => Asked
  /** The same, and waits for all answers. */
  readonly ask: (command: Distribute<Command>, tabs: readonly string[]) => Promise<ReadonlyMap<string, Report>>
  /** The next page that says that it is there: ask before it can. */
  readonly next: (tab: string) => Promise<Report>
  /** What the identity server counted: refreshes, those that it refused, and grants revoked for it. */
  readonly server: () => ServerCount
  readonly close: () => Promise<void>
}

export interface ServerCount {
  readonly refreshes: number
  readonly refusals: number
  readonly revocations: number
}

/** Long for a page, short for whoever waits for a test that hangs. */
const patienceMs = 30_000

export async function createSite(scripts: Scripts): Promise<Site> {
  const lines: string[] = []
  const commands: Command[] = []
  const listeners = new Set<(report: Report) => void>()
  let isClosed = false
  let onCommand: (() => void) | null = null
  let nonce = 0

  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  const origin = await listen(server)
  const identity = await createIdentityServer({ port: 0, demoOrigin: origin, log: (line) => lines.push(line) })
  const gate = await createGate(identity.origin)
  const settings: Site['settings'] = { clientId: 'demo-1h', aheadMs: 0, speed: 1, sinceAt: Date.now() }

  const html = (script: string): string => {
    const told: Settings = { identityOrigin: identity.origin, gateOrigin: gate.origin, ...settings }
    return `<!doctype html><title>${script}</title><script type="application/json" id="settings">${JSON.stringify(told)}</script>
      <button onclick="window.open('/?tab=' + this.value)">Duplicate</button><script type="module" src="/assets/${script}.js"></script>`
  }
  const pages: Readonly<Record<string, () => string>> = {
    '/': () => html('main'),
    '/authorization-code/callback': () => html('main'),
    '/conductor': () => html('conductor'),
    '/blank': () => '<!doctype html><title>blank</title>',
    '/away': () => '<!doctype html><title>away</title>',
  }
  const later = async (last: number): Promise<readonly Command[]> => {
    const due = (): readonly Command[] => commands.filter((command) => command.nonce > last)
    if (due().length === 0 && !isClosed) await new Promise<void>((resolve) => void (onCommand = resolve))
    return due()
  }
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', origin).pathname
    const body = await text(request)
    const send = (type: string, content: string): void =>
      void response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(content)
    if (path === '/report') {
      send('application/json', '{}')
      for (const listener of listeners) listener(JSON.parse(body) as Report)
    } else if (path === '/commands') send('application/json', JSON.stringify(await later(Number(body))))
    else if (scripts.has(path)) send('text/javascript', scripts.get(path) ?? '')
    else if (pages[path] !== undefined) send('text/html', pages[path]())
    else response.writeHead(404).end()
  }

  const start: Site['start'] = (command, tabs) => {
    const own = ++nonce
    const answers = new Map<string, Report>()
    const missing = new Set(tabs)
    const settled = Promise.withResolvers<ReadonlyMap<string, Report>>()
    const check = (): void => (missing.size === 0 ? settled.resolve(answers) : undefined)
    const listener = (report: Report): void => {
      if (report.nonce !== own) return
      answers.set(report.tab, report)
      missing.delete(report.tab)
      check()
    }
    listeners.add(listener)
    const late = AbortSignal.timeout(patienceMs)
    late.addEventListener('abort', () => settled.reject(new Error(`No answer to "${command.type}" from tab ${[...missing].join(', ')}`)))
    commands.push({ ...command, nonce: own })
    onCommand?.()
    check()
    const excuse = (tab: string): void => {
      missing.delete(tab)
      check()
    }
    settled.promise.catch(() => {}).finally(() => listeners.delete(listener))
    return { answers: settled.promise, excuse }
  }

  return {
    origin,
    identityOrigin: identity.origin,
    gate,
    settings,
    start,
    ask: (command, tabs) => start(command, tabs).answers,
    next(tab) {
      const { promise, resolve, reject } = Promise.withResolvers<Report>()
      const listener = (report: Report): void => {
        if (report.said !== undefined && report.tab === tab) resolve(report)
      }
      listeners.add(listener)
      AbortSignal.timeout(patienceMs).addEventListener('abort', () => reject(new Error(`No page came to tab ${tab}`)))
      // Whoever acts first and waits then may never come to wait.
      promise.catch(() => {}).finally(() => listeners.delete(listener))
      return promise
    },
    server: () => ({
      refreshes: lines.filter((line) => / refresh .* tokens issued$/.test(line)).length,
      refusals: lines.filter((line) => / refresh .* invalid_grant/.test(line)).length,
      revocations: lines.filter((line) => / revoke .* grant and its tokens revoked$/.test(line)).length,
    }),
    async close() {
      isClosed = true
      onCommand?.()
      await Promise.all([close(server), gate.close(), identity.close()])
    },
  }
}
