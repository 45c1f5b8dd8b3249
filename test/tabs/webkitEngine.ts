import type { Missing, WebKit } from '../../scripts/browsers.ts'
import { membersOf } from '../../packages/core/src/ownMembers.ts'
import type { Engine, Tab } from './engine.ts'

/** WebKitGTK's MiniBrowser over WebDriver, which has one current window: whatever is asked of a tab waits for what was asked before. */
export async function launchWebKit(webkit: WebKit | Missing, driverPort: number): Promise<Engine> {
  if ('missing' in webkit) throw new Error(`${webkit.missing} is missing: ${webkit.install}`)
  const driver = `http://127.0.0.1:${driverPort}`
  const options = { 'webkitgtk:browserOptions': { binary: webkit.miniBrowser, args: ['--automation'] } }
  const { sessionId } = membersOf(await send(`${driver}/session`, 'POST', { capabilities: { alwaysMatch: options } }))
  const session = `${driver}/session/${String(sessionId)}`
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <R>(run: () => Promise<R>): Promise<R> => {
    const own = last.then(run, run)
    last = own.catch(() => {})
    return own
  }

  const tabOf = (handle: string): Tab => {
    const inTab = (path: string, method: 'POST' | 'DELETE', body: object = {}): Promise<unknown> =>
      inTurn(async () => {
        await send(`${session}/window`, 'POST', { handle })
        return send(`${session}${path}`, method, body)
      })
    return {
      goto: async (url) => void (await inTab('/url', 'POST', { url })),
      evaluate: (expression) => inTab('/execute/sync', 'POST', { script: `return (${expression})`, args: [] }),
      reload: async () => void (await inTab('/refresh', 'POST')),
      back: async () => void (await inTab('/execute/sync', 'POST', { script: 'history.back()', args: [] })),
      close: async () => void (await inTab('/window', 'DELETE')),
    }
  }
  // The session ends with the last window, and a new one needs another to start from: this one stays.
  const home = tabOf(String(await send(`${session}/window`, 'GET')))
  return {
    runsPages: /WebKitWebProcess/,
    async open() {
      await home.evaluate('0')
      const opened = await inTurn(() => send(`${session}/window/new`, 'POST', { type: 'tab' }))
      return tabOf(String(membersOf(opened)['handle']))
    },
    close: async () => void (await inTurn(() => send(session, 'DELETE'))),
  }
}

async function send(url: string, method: 'GET' | 'POST' | 'DELETE', body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }) })
  const { value } = membersOf(await response.json())
  if (!response.ok) throw new Error(`WebKitWebDriver: ${method} ${new URL(url).pathname}: ${JSON.stringify(value)}`)
  return value
}
