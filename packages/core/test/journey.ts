import { vi } from 'vitest'
import type { Auth } from '../src/auth/auth.ts'
import { createAuth } from '../src/auth/createAuth.ts'
import { authorizationCode, type AuthorizationCodeInput, type AuthorizationCodeOptions } from '../src/methods/authorizationCode.ts'
import type { CallbackOutcome } from '../src/methods/method.ts'
import type { Claims } from '../src/session/claims.ts'
import { createProvider, issuer, type Provider } from './provider.ts'
import { createWorld, type World } from './world.ts'

export type OAuth = Auth<AuthorizationCodeInput | void, Claims>
/** Of a provider that has an issuer. */
export type JourneyOptions = Partial<Extract<AuthorizationCodeOptions, { issuer: string }>>

/** Somebody who signs in at the scripted provider by redirect, in a tab that remembers. */
export interface Journey {
  /** A page load. */
  readonly load: () => OAuth
  /** Goes to the provider and comes back; gives what became of it. */
  readonly signIn: (input?: AuthorizationCodeInput) => Promise<CallbackOutcome>
  /** Only goes there. */
  readonly leave: (input?: AuthorizationCodeInput) => Promise<void>
  /** Only comes back, as the app that was loaded for it. */
  readonly comeBack: () => Promise<CallbackOutcome>
  /** The app, as it is after the last callback. */
  readonly app: () => OAuth
  /** How often this path of the provider was asked. */
  readonly asked: (path: string) => number
}

export function createJourney(world: World, provider: Provider, options: JourneyOptions = {}): Journey {
  let app: OAuth | null = null
  const journey: Journey = {
    load: () => createAuth({ method: authorizationCode({ issuer, clientId: 'web', ...options }), storage: 'session' }, world.environment),
    async leave(input) {
      await journey.load().login(input)
      provider.nonce = new URL(world.left.at(-1) ?? '').searchParams.get('nonce') ?? ''
    },
    comeBack() {
      const state = new URL(world.left.at(-1) ?? '').searchParams.get('state') ?? ''
      world.href = `https://app.example/callback?${new URLSearchParams({ code: 'the-code', state, iss: issuer }).toString()}`
      app = journey.load()
      return app.handleCallback()
    },
    async signIn(input) {
      await journey.leave(input)
      return journey.comeBack()
    },
    app() {
      if (app === null) throw new Error('nobody came back')
      return app
    },
    asked: (path) => world.requests.filter(({ url }) => url === `${issuer}${path}`).length,
  }
  return journey
}

/** A world whose time stands still, a provider there, and somebody who signs in at it. */
export function atProvider(options: JourneyOptions = {}): { readonly world: World; readonly provider: Provider; readonly journey: Journey } {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
  const world = createWorld()
  const provider = createProvider()
  world.answer = provider.answer
  return { world, provider, journey: createJourney(world, provider, options) }
}

/** What came of it, in short. */
export function resultOf(outcome: CallbackOutcome): string {
  return 'error' in outcome ? outcome.error.code : outcome.type
}
