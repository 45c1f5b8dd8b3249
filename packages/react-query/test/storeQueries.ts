// storeQueries.ts
import type { DehydratedState } from '@tanstack/react-query'
import type { BoundAuth } from '@tessera-auth/react-query'

interface Stored {
  timestamp: number
  buster: string
  clientState: DehydratedState
}

/** As the persisters of TanStack Query are. */
export interface Persister {
  persistClient: (stored: Stored) => void | PromiseLike<void>
  restoreClient: () => Stored | undefined | PromiseLike<Stored | undefined>
  removeClient: () => void | PromiseLike<void>
}

type Persist = (own: { persister: Persister; buster: string }) => [end: () => void, ...rest: unknown[]]

/** Restores and stores for whoever signs in, by `persist`, until they are gone. */
export function storeQueries({ tokens }: BoundAuth, persister: Persister, persist: Persist): void {
  const begin = (buster: string): (() => void) => {
    let isOver = false
    const restoreClient = async (): Promise<Stored | undefined> => {
      const stored = await persister.restoreClient()
      // Asked for when it is about to be used: the person may have changed by then.
      return stored && { ...stored, get buster() { return isOver ? '' : stored.buster } }
    }
    const [end] = persist({ persister: { ...persister, restoreClient }, buster })
    return () => {
      isOver = true
      end()
      void persister.removeClient()
    }
  }

  let whose: string | null = null
  let end = (): void => {}
  const follow = (): void => {
    const session = tokens.current?.tokens
    const now = session?.subject == null ? null : JSON.stringify([session.method, session.subject])
    if (now === whose) return
    whose = now
    end()
    end = now === null ? () => {} : begin(now)
  }
  follow()
  tokens.subscribe(follow)
}
