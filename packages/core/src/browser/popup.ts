/** A way to talk with another window of this origin. What is heard is anybody's word until it is checked. */
export interface Line {
  readonly post: (message: unknown) => void
  /** Calls `listener` for each message until the returned function is called. */
  readonly subscribe: (listener: (message: unknown) => void) => () => void
}

/** A window that was opened to sign in. Its line hears this origin's pages in this very window alone. */
export interface Popup extends Line {
  readonly go: (url: string) => void
  readonly close: () => void
  /** Also `true` when a page in it cut the ties to us (Cross-Origin-Opener-Policy). */
  readonly isClosed: () => boolean
}

/** Windows beside this one. */
export interface Popups {
  /** Opens an empty window; only within a click do browsers allow it. `null`: blocked, or there are no windows here. */
  readonly open: () => Popup | null
  /** A line to the window that opened this one; `null` when there is none, or its ties were cut. */
  readonly opener: () => Line | null
  /** A line among all windows of this origin that know its name. */
  readonly channel: (name: string) => Line
  /** Whether the person is looking at this window. */
  readonly isFocused: () => boolean
  /** Closes this window, if a script opened it. */
  readonly close: () => void
}

const [width, height] = [480, 640]

/** The real windows. */
export const browserPopups: Popups = {
  open() {
    if (typeof window === 'undefined') return null
    const left = window.screenX + Math.max(0, (window.outerWidth - width) / 2)
    const top = window.screenY + Math.max(0, (window.outerHeight - height) / 2)
    // A name of its own each time: a known one could be a window that somebody else has opened before.
    const opened = window.open('', crypto.randomUUID(), `popup,width=${width},height=${height},left=${left},top=${top}`)
    if (opened === null) return null
    forgetCopies(opened)
    return {
      ...lineTo(opened),
      go: (url) => opened.location.replace(url),
      close: () => opened.close(),
      isClosed: () => opened.closed,
    }
  },
  opener() {
    const opener: unknown = typeof window === 'undefined' ? null : window.opener
    return isWindow(opener) ? lineTo(opener) : null
  },
  channel(name) {
    return {
      post(message) {
        const channel = new BroadcastChannel(name)
        channel.postMessage(message)
        channel.close()
      },
      subscribe(listener) {
        const channel = new BroadcastChannel(name)
        channel.addEventListener('message', ({ data }) => listener(data))
        return () => channel.close()
      },
    }
  },
  isFocused: () => document.hasFocus(),
  close: () => window.close(),
}

/** Messages are for our own origin, and count only from it and from that window. */
function lineTo(other: Window): Line {
  return {
    post: (message) => other.postMessage(message, location.origin),
    subscribe(listener) {
      const detach = new AbortController()
      const onMessage = ({ origin, source, data }: MessageEvent<unknown>): void => {
        if (origin === location.origin && source === other) listener(data)
      }
      window.addEventListener('message', onMessage, { signal: detach.signal })
      return () => detach.abort()
    },
  }
}

/**
 * A window that a script opens gets a copy of `sessionStorage`: two windows would each use the one refresh token, and lose the
 * session to reuse detection.
 */
function forgetCopies(opened: Window): void {
  try {
    const copies = Object.keys(opened.sessionStorage).filter((key) => key.startsWith('tessera:'))
    for (const key of copies) opened.sessionStorage.removeItem(key)
  } catch {
    // Blocked storage is not copied either.
  }
}

function isWindow(value: unknown): value is Window {
  return typeof value === 'object' && value !== null && 'postMessage' in value
}
