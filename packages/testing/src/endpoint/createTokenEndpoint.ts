import { environment } from '@tessera-auth/core'
import type { ServerContext } from '../tabs/exchange.ts'
import type { Answer, Exchange } from './answers.ts'
import { createFamilies, type Family, type FamilySettings } from './family.ts'
import { createGrants } from './grants.ts'
import { createIssuer } from './issuer.ts'
import { readRequest, type EndpointPaths, type RecordedRequest, type RequestKind } from './recordedRequest.ts'

/** What a test may change in between. */
export interface EndpointSettings extends FamilySettings {
  /** How long access tokens live, in milliseconds. Default: an hour. */
  lifetimeMs: number
}

/** Options of {@link createTokenEndpoint}. */
export interface TokenEndpointOptions extends Partial<EndpointSettings> {
  /** Default `jwt`: methods read from it who is signed in. */
  readonly format?: 'jwt' | 'opaque'
  /** What tokens say of a subject, beside `sub`. Default: nothing. */
  readonly claimsOf?: (subject: string) => Readonly<Record<string, unknown>>
  /** Who a login's input is; `null` refuses it. Default: its `email` or `username`, unless its `password` is `wrong`. */
  readonly signIn?: (input: Readonly<Record<string, unknown>>) => string | null
  /** Where what is asked for, each in place of its default. */
  readonly paths?: Partial<EndpointPaths>
}

/** A token server in memory. */
export interface TokenEndpoint {
  /** Answers a request: hand it to `createBrowser`, or call it in place of `fetch`, and real time is its time. */
  readonly answer: (request: Request, context?: ServerContext) => Promise<Response>
  readonly settings: EndpointSettings
  /** What becomes of the next requests of this kind, in this order; those after them are answered as they should be. */
  readonly script: (kind: RequestKind, ...scripted: readonly Answer[]) => void
  /** Forgets what was scripted and has not been used. */
  readonly unscript: () => void
  /** An authorization code (RFC 6749 §4.1.2) of this subject, good once. */
  readonly issueCode: (subject: string) => string
  /** Ends the family of this number, or all; its access tokens are refused as well. */
  readonly revokeFamily: (id?: number) => void
  /** Refuses this subject from now on, with all its tokens. */
  readonly disableUser: (subject: string) => void
  readonly enableUser: (subject: string) => void
  readonly families: readonly Family[]
  /** How often, in all families, a refresh token was used that had been replaced. */
  readonly reuses: () => number
  /** The refresh token in force of the family of this number, by default the newest one; `null` when it was ended. */
  readonly currentRefreshToken: (id?: number) => string | null
  readonly requests: readonly RecordedRequest[]
  /** How many requests of this kind came. */
  readonly count: (kind: RequestKind) => number
  /** Every token and code that was issued: none of them may be found where none belongs. */
  readonly secrets: readonly string[]
}

const defaultPaths: EndpointPaths = { login: '/login', token: '/token', refresh: '/refresh', revoke: '/revoke', logout: '/logout', api: '/api' }

/**
 * Creates a token server in memory: password logins, codes, refresh tokens that are good once, an API that wants a bearer token. It ends
 * a family whose refresh token is used twice, and counts that. Every further answer can be scripted.
 *
 * @example
 * const endpoint = createTokenEndpoint({ lifetimeMs: 300_000 })
 * endpoint.script('refresh', answers.status(503), answers.resetAfterCommit())
 * const browser = createBrowser({ network: endpoint.answer })
 */
export function createTokenEndpoint(options: TokenEndpointOptions = {}): TokenEndpoint {
  const { format = 'jwt', claimsOf = () => ({}), signIn = whoever } = options
  const paths = { ...defaultPaths, ...options.paths }
  const settings = settingsOf(options)
  const issuer = createIssuer({ lifetimeMs: () => settings.lifetimeMs, format, claimsOf })
  const families = createFamilies(settings, () => issuer.opaque('refresh'))
  const disabled = new Set<string>()
  const codes = new Map<string, string>()
  const scripts = new Map<RequestKind, Answer[]>()
  const requests: RecordedRequest[] = []
  const commit = createGrants({ families, issuer, signIn, takeCode: (code) => taken(codes, code), isRefused: (subject) => disabled.has(subject) })

  return {
    async answer(request, context) {
      const now = (): number => context?.now() ?? environment.clock.now().wallAt
      const recorded = await readRequest(request, paths, now())
      requests.push(recorded)
      const exchange: Exchange = {
        request: recorded,
        commit: (twist = {}) => commit[recorded.kind](recorded, now(), twist),
        wait: (delayMs) => context?.wait(delayMs) ?? new Promise((resolve) => void environment.timer.after(delayMs, resolve)),
      }
      return scripts.get(recorded.kind)?.shift()?.(exchange) ?? exchange.commit()
    },
    settings,
    script: (kind, ...scripted) => void scripts.set(kind, [...(scripts.get(kind) ?? []), ...scripted]),
    unscript: () => scripts.clear(),
    issueCode(subject) {
      const code = issuer.opaque('code')
      codes.set(code, subject)
      return code
    },
    revokeFamily: (id) => families.revoke((family) => id === undefined || family.id === id),
    disableUser(subject) {
      disabled.add(subject)
      families.revoke((family) => family.subject === subject)
    },
    enableUser: (subject) => void disabled.delete(subject),
    families: families.all,
    reuses: () => families.all.reduce((sum, family) => sum + family.reuses, 0),
    currentRefreshToken(id = families.all.length) {
      const family = families.all[id - 1]
      return family?.isAlive === true ? (family.refreshTokens.at(-1) ?? null) : null
    },
    requests,
    count: (kind) => requests.filter((request) => request.kind === kind).length,
    secrets: issuer.secrets,
  }
}

function settingsOf({ rotation = true, graceMs = 0, reuseDetection = true, lifetimeMs = 3_600_000 }: TokenEndpointOptions): EndpointSettings {
  return { rotation, graceMs, reuseDetection, lifetimeMs }
}

function taken(codes: Map<string, string>, code: string): string | undefined {
  const subject = codes.get(code)
  codes.delete(code)
  return subject
}

function whoever(input: Readonly<Record<string, unknown>>): string | null {
  const name = input['email'] ?? input['username']
  return typeof name === 'string' && input['password'] !== 'wrong' ? name : null
}
