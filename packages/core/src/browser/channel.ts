/** A place in a channel: what one says, all the others hear. */
export interface Place {
  /** Throws when the message cannot be cloned; is lost while the page is in the back/forward cache, and after `leave`. */
  readonly post: (message: unknown) => void
  readonly leave: () => void
}

/** Channels among the pages of this origin. What is heard is anybody's word until it is checked; it may be late, or never come. */
export interface Channels {
  /** Takes a place in the channel of this name; its own messages do not come back. Throws where there are no channels. */
  readonly join: (name: string, listener: (message: unknown) => void) => Place
}

/**
 * Broadcast channels. Left while the page is in the back/forward cache, as a message would have Chromium throw the page away: whoever
 * comes back from there has to look what was said.
 */
export const broadcastChannels: Channels = {
  join(name, listener) {
    const open = (): BroadcastChannel => {
      const opened = new BroadcastChannel(name)
      opened.addEventListener('message', ({ data }) => listener(data))
      unref(opened)
      return opened
    }
    let channel: BroadcastChannel | null = open()
    const close = (): void => {
      channel?.close()
      channel = null
    }
    const detach = new AbortController()
    const { signal } = detach
    globalThis.addEventListener?.('pagehide', close, { signal })
    globalThis.addEventListener?.('pageshow', () => void (channel ??= open()), { signal })
    return {
      post: (message) => channel?.postMessage(message),
      leave() {
        detach.abort()
        close()
      },
    }
  },
}

/** In Node a channel would keep the program alive. */
function unref(channel: BroadcastChannel & { readonly unref?: () => void }): void {
  channel.unref?.()
}
