import { createAuth } from '@tessera-auth/core'
import { password } from '@tessera-auth/core/password'
import { createAuthedEventSource, createAuthedSocket } from '@tessera-auth/core/sockets'

const { origin } = location
const url = `${origin.replace('http', 'ws')}/prices`

const auth = createAuth({ method: password({ loginUrl: '/login', refreshUrl: '/refresh' }), storage: 'session', shareAcrossTabs: true })
const who = (): string => {
  const state = auth.store.getState()
  return state.status === 'authenticated' ? (state.user.sub ?? 'somebody') : state.status
}
/** What was heard, each with who was signed in on the page by then. */
const heard: string[] = []

const prices = createAuthedSocket(auth, {
  url,
  async ticket({ signal }) {
    const response = await auth.fetch('/tickets', { method: 'POST', signal })
    if (!response.ok) throw new Error(`No ticket: ${response.status}.`)
    return response.text()
  },
  open: (ticket) => new WebSocket(url, ['prices.v1', `ticket.${ticket}`]),
  onMessage: ({ data }) => heard.push(`${who()}: ${String(data)}`),
})
const news = createAuthedEventSource(auth, { url: '/news', onEvent: ({ data, lastEventId }) => heard.push(`${who()}: ${data} #${lastEventId}`) })

const show = (): void => {
  document.body.textContent = [who(), prices.store.getState().phase, news.store.getState().phase].join(' ')
}
for (const { subscribe } of [auth.store, prices.store, news.store]) subscribe(show)
// As StrictMode would.
for (const { start } of [auth, prices, news]) start()()
for (const { start } of [auth, prices, news]) start()
show()
addEventListener('pageshow', ({ persisted }) => persisted && document.documentElement.setAttribute('data-restored', ''))

Object.assign(window, {
  heard,
  signIn: (name: string) => auth.login({ email: `${name}@example.com`, password: 'correct-horse' }),
  signOut: () => auth.logout(),
  say: (text: string) => prices.current?.send(text),
})

declare global {
  interface Window {
    readonly heard: readonly string[]
    readonly signIn: (name: string) => Promise<void>
    readonly signOut: () => Promise<unknown>
    readonly say: (text: string) => void
  }
}
