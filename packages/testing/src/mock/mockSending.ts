import { AuthError, environment, type AuthCore, type AuthState } from '@tessera-auth/core'
import type { MockAuthCore } from './mockAuth.ts'

interface MockSendingOptions<User> extends Pick<AuthCore<User>, 'tokens'> {
  readonly ready: () => Promise<AuthState<User>>
  readonly answer: ((request: Request) => Response | Promise<Response>) | undefined
}

type MockSending = Pick<MockAuthCore<unknown, unknown>, 'requests' | 'fetch' | 'getAccessToken' | 'checkDestination'>

/** Sends to the test, with the token, wherever that may go. */
export function createMockSending<User>({ tokens, ready, answer = notFound }: MockSendingOptions<User>): MockSending {
  const requests: Request[] = []
  const attach = async ({ headers }: Request): Promise<void> => {
    // The caller's own credentials win, whoever is signed in.
    if (headers.has('authorization')) return
    const state = await ready()
    if (state.status === 'loading' && state.error !== null) throw state.error
    headers.set('authorization', `Bearer ${await tokens.getAccessToken()}`)
  }
  return {
    requests,
    checkDestination() {},
    async getAccessToken(given) {
      const accessToken = await tokens.getAccessToken(given)
      const missingScope = given?.scope?.filter((each) => tokens.current?.tokens.scope.includes(each) !== true) ?? []
      if (missingScope.length > 0) throw new AuthError('insufficient_scope', `Not granted: ${missingScope.join(' ')}. Say so, or offer a step-up.`, { missingScope })
      return accessToken
    },
    async fetch(input, init) {
      // A Request given by the caller stays readable: it may be theirs to send again.
      const request = new Request(input instanceof Request ? input.clone() : resolve(input), init)
      const { signal } = request
      return unlessAborted(signal, async () => {
        await attach(request)
        signal.throwIfAborted()
        requests.push(request)
        return answer(request)
      })
    },
  }
}

/** Gives what `work` gives, unless the signal aborts before: then it rejects with the signal's reason, as `fetch` does. */
function unlessAborted<R>(signal: AbortSignal, work: () => Promise<R>): Promise<R> {
  return new Promise<R>((resolveWith, reject) => {
    signal.throwIfAborted()
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    void work().then(resolveWith, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

function resolve(path: string | URL): URL {
  return new URL(path, environment.page.href() ?? 'https://app.example/')
}

function notFound(): Response {
  return new Response(null, { status: 404 })
}
