import type { AuthErrorCode } from '@tessera-auth/core'
import type { TokenEndpoint } from '@tessera-auth/testing'
import type { LoadedPage } from './pageLog.ts'

/** A refresh token that the server has replaced. */
export interface Rotation {
  readonly family: number
  readonly spent: string
  readonly next: string
  /** Of the refresh that asked for it. */
  readonly page: LoadedPage
  readonly sentTick: number
  readonly lockTick: number
  /** Whether the page has seen the answer. */
  isReceived: boolean
  /** Whether the page waits no more, be it that the answer came. */
  isSettled: boolean
  /** Whether a `sessionStorage` had it. */
  isKept: boolean
  /** When the ledger had it; `null`: never. */
  durableTick: number | null
}

/** What the client was told of an access token. */
export interface Told {
  readonly family: number
  readonly subject: string | null
  readonly lifetimeMs: number | undefined
  readonly receivedWallAt: number
}

/** A refresh that a page waits for. */
export interface Flight {
  readonly page: LoadedPage
  readonly token: string
  readonly family: number
  readonly sentTick: number
  /** When its page was given a lock last. */
  readonly lockTick: number
}

/** What has happened to a circle, as far as a reference can know. */
export interface CircleLog {
  /** Pages that wrote into its ledger, or showed one of its families. */
  readonly members: Set<LoadedPage>
  name: string
  generation: number
  /** When its record changed last. */
  ledgerTick: number
}

/** A sign-out that somebody asked for. */
export interface LoggedOut {
  readonly families: readonly number[]
  readonly subjects: readonly string[]
  readonly tick: number
  readonly page: LoadedPage
}

/** What the reference has noted. */
interface Notes {
  /** Counts the steps of all pages. */
  tick: number
  readonly rotations: Rotation[]
  readonly flights: Set<Flight>
  readonly told: Map<string, Told>
  readonly circles: Map<string, CircleLog>
  /** Of a family, by its first record in the ledger. */
  readonly circleOf: Map<number, string>
  /** Families that a server refused, and how. */
  readonly refusals: Map<number, Set<AuthErrorCode>>
  /** Families of which a refresh failed in a way that does not pass by itself. */
  readonly blocked: Set<number>
  /** Refresh tokens that a person got elsewhere. */
  readonly handedOut: Set<string>
  /** Families whose login came without a refresh token. */
  readonly withoutRefreshToken: Set<number>
  /** When the server began a family. */
  readonly begunTicks: Map<number, number>
  readonly loggedOut: LoggedOut[]
  /** When locks were last not to be relied on. */
  locksTick: number
  /** When the clock was last set back. */
  clockTick: number
  /** When the ledger last lost or garbled something. */
  ledgerTick: number
  areLocksBroken: boolean
  isDatabaseBroken: boolean
  hasLostSiteData: boolean
  readonly violations: string[]
  commits: number
}

interface OracleOptions {
  readonly endpoint: TokenEndpoint
  /** Whether all tabs are to have one session. */
  readonly isSharing: boolean
  /** Whether a page that is frozen has a lock. */
  readonly isLockFrozen: () => boolean
}

/** The reference: who may be signed in, which refresh token is in force, what was lost, and which faults took away what the tabs share. */
export interface Oracle extends Notes, Pick<OracleOptions, 'endpoint' | 'isSharing'> {
  /** Says that an invariant does not hold. */
  readonly violate: (invariant: string, what: string) => void
  readonly familyOfRefreshToken: (token: string | undefined | null) => number | null
  readonly subjectOf: (family: number | null) => string | null
  /** A family of the same circle, or the same family. */
  readonly areTogether: (one: number, other: number) => boolean
  /** Also when a page that is frozen has one, which the others do not wait for without end. */
  readonly wereLocksBrokenSince: (tick: number) => boolean
  readonly wasLedgerBrokenSince: (tick: number) => boolean
  /** Nobody can know a refresh token whose answer was lost: the page ended, slept or gave up between the commit of the server and its own. */
  readonly isLost: (rotation: Rotation) => boolean
  /** Judges a refresh token that came a second time: INV-3 and the excuses that C2 leaves. */
  readonly onReuse: (token: string, page: LoadedPage | undefined, sentTick: number) => void
  /** INV-1: a refresh begins while another of its family is under way. */
  readonly onFlight: (flight: Flight) => void
  readonly onRefused: (family: number, code: AuthErrorCode) => void
  readonly wasRefused: (family: number, ...codes: readonly AuthErrorCode[]) => boolean
}

export function createOracle({ endpoint, isSharing, isLockFrozen }: OracleOptions): Oracle {
  const oracle: Oracle = {
    ...createNotes(),
    endpoint,
    isSharing,
    violate: (invariant, what) => void oracle.violations.push(`${invariant}: ${what}`),
    familyOfRefreshToken: (token) => endpoint.families.find(({ refreshTokens }) => refreshTokens.includes(token ?? ''))?.id ?? null,
    subjectOf: (family) => (family === null ? null : (endpoint.families[family - 1]?.subject ?? null)),
    areTogether(one, other) {
      const circle = oracle.circleOf.get(one)
      return one === other || (circle !== undefined && circle === oracle.circleOf.get(other))
    },
    wereLocksBrokenSince: (tick) => oracle.areLocksBroken || oracle.locksTick >= tick || isLockFrozen(),
    wasLedgerBrokenSince: (tick) => oracle.isDatabaseBroken || oracle.ledgerTick >= tick,
    isLost,
    onReuse: (...reuse) => judgeReuse(oracle, ...reuse),
    onFlight(flight) {
      const others = [...oracle.flights].filter(({ family, page }) => family === flight.family && page.isAlive() && !page.isDisposed)
      oracle.flights.add(flight)
      for (const other of others) judgeOverlap(oracle, flight, other)
    },
    onRefused(family, code) {
      const codes = oracle.refusals.get(family) ?? new Set()
      oracle.refusals.set(family, codes.add(code))
    },
    wasRefused: (family, ...codes) => [...oracle.refusals].some(([refused, how]) => oracle.areTogether(refused, family) && codes.some((code) => how.has(code))),
  }
  return oracle
}

function createNotes(): Notes {
  return {
    tick: 0,
    rotations: [],
    flights: new Set(),
    told: new Map(),
    circles: new Map(),
    circleOf: new Map(),
    refusals: new Map(),
    blocked: new Set(),
    handedOut: new Set(),
    withoutRefreshToken: new Set(),
    begunTicks: new Map(),
    loggedOut: [],
    locksTick: -2,
    clockTick: -1,
    ledgerTick: -1,
    areLocksBroken: false,
    isDatabaseBroken: false,
    hasLostSiteData: false,
    violations: [],
    commits: 0,
  }
}

function isLost({ durableTick, page, sentTick, isSettled, isReceived }: Rotation): boolean {
  if (durableTick !== null) return false
  return !page.isAlive() || page.isDisposed || page.stoppedTick >= sentTick || (isSettled && !isReceived)
}

function judgeReuse(oracle: Oracle, ...[token, page, sentTick]: Parameters<Oracle['onReuse']>): void {
  const rotation = oracle.rotations.find(({ spent }) => spent === token)
  if (rotation === undefined) return oracle.violate('INV-3', `${token} was used again, and nobody knows what replaced it`)
  const { durableTick, page: first } = rotation
  const isDegraded = first.isDegraded || page?.isDegraded === true
  if (isLost(rotation) || isDegraded) return
  if (durableTick !== null && durableTick < sentTick) {
    // Tabs that were behind have put back what they knew.
    if (oracle.wasLedgerBrokenSince(oracle.begunTicks.get(rotation.family) ?? 0)) return
    return oracle.violate('INV-3', `page ${page?.id} sent ${token} although the ledger has had its successor since ${durableTick} (sent ${sentTick})`)
  }
  if (oracle.wereLocksBrokenSince(rotation.lockTick) || oracle.wasLedgerBrokenSince(rotation.sentTick)) return
  oracle.violate('INV-1', `page ${page?.id} sent ${token} while page ${first.id} was refreshing with it`)
}

function judgeOverlap(oracle: Oracle, flight: Flight, other: Flight): void {
  if (other.page === flight.page && other.token !== flight.token) return
  const isExcused =
    other.page !== flight.page &&
    (oracle.wereLocksBrokenSince(other.lockTick) || oracle.wereLocksBrokenSince(flight.lockTick) || other.page.stoppedTick >= other.sentTick || other.page.isDegraded || flight.page.isDegraded || oracle.wasLedgerBrokenSince(other.sentTick))
  if (!isExcused) oracle.violate('INV-1', `page ${flight.page.id} refreshes family ${flight.family} while page ${other.page.id} does`)
}
