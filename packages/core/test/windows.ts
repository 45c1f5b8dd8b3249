import type { Line, Popups } from '../src/browser/popup.ts'

type Listener = (message: unknown) => void

/** Lines of one origin, by name. */
export type Channels = Map<string, Set<Listener>>

/** A window that a fake page opened. */
export interface FakePopup {
  /** Resolves with the address that it was sent to. */
  readonly sentTo: Promise<string>
  /** What a page of our origin inside it hears and says. */
  readonly inside: Line
  /** What the page that opened it sees: closed, or its ties cut. */
  isClosed: boolean
  /** How often the page that opened it closed it. */
  closings: number
}

/** Windows beside a fake page. */
export interface FakeWindows {
  readonly popups: Popups
  readonly opened: FakePopup[]
  isBlocked: boolean
  isFocused: boolean
  /** What this page sees of the window that opened it. */
  opener: Line | null
  /** Whether this page closed its own window. */
  isClosed: boolean
}

export function createWindows(channels: Channels): FakeWindows {
  const windows: FakeWindows = {
    opened: [],
    isBlocked: false,
    isFocused: false,
    opener: null,
    isClosed: false,
    popups: {
      open() {
        if (windows.isBlocked) return null
        const [ours, inside] = createLines()
        let go = (_url: string): void => {}
        const popup: FakePopup = { sentTo: new Promise((resolve) => void (go = resolve)), inside, isClosed: false, closings: 0 }
        windows.opened.push(popup)
        return {
          ...ours,
          go: (url) => go(url),
          isClosed: () => popup.isClosed,
          close() {
            popup.isClosed = true
            popup.closings++
          },
        }
      },
      opener: () => windows.opener,
      channel(name) {
        const listeners = channels.get(name) ?? new Set()
        channels.set(name, listeners)
        return createLine(listeners, listeners)
      },
      isFocused: () => windows.isFocused,
      close: () => void (windows.isClosed = true),
    },
  }
  return windows
}

/** Two ends: what one says the other hears. */
function createLines(): [Line, Line] {
  const [one, other] = [new Set<Listener>(), new Set<Listener>()]
  return [createLine(one, other), createLine(other, one)]
}

function createLine(own: Set<Listener>, others: Set<Listener>): Line {
  return {
    // As in a browser, a message is a copy, and heard later.
    post(message) {
      const copy: unknown = structuredClone(message)
      void Promise.resolve().then(() => others.forEach((listener) => listener(copy)))
    },
    subscribe(listener) {
      own.add(listener)
      return () => void own.delete(listener)
    },
  }
}
