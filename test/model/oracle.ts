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

/**
 * The reference: who may be signed in, which refresh token is in force, what was lost, and which faults took away what the tabs share.
 */
export class Oracle {
  readonly endpoint: TokenEndpoint
  /** Counts the steps of all pages. */
  tick = 0
  readonly rotations: Rotation[] = []
  readonly flights = new Set<Flight>()
  readonly told = new Map<string, Told>()
  readonly circles = new Map<string, CircleLog>()
  /** Of a family, by its first record in the ledger. */
  readonly circleOf = new Map<number, string>()
  /** Families that a server refused, and how. */
  readonly refusals = new Map<number, Set<AuthErrorCode>>()
  /** Families of which a refresh failed in a way that does not pass by itself. */
  readonly blocked = new Set<number>()
  /** Refresh tokens that a person got elsewhere. */
  readonly handedOut = new Set<string>()
  /** Families whose login came without a refresh token. */
  readonly withoutRefreshToken = new Set<number>()
  /** When the server began a family. */
  readonly begunTicks = new Map<number, number>()
  readonly loggedOut: { readonly families: readonly number[]; readonly subjects: readonly string[]; readonly tick: number; readonly page: LoadedPage }[] = []
  /** When locks were last not to be relied on. */
  locksTick = -1
  /** When the ledger last lost or garbled something. */
  ledgerTick = -1
  areLocksBroken = false
  isDatabaseBroken = false
  hasLostSiteData = false
  /** When the machine slept last. */
  sleptTick = -1
  readonly violations: string[] = []
  commits = 0

  /** Whether all tabs are to have one session. */
  readonly isSharing: boolean

  /** Whether a page that is frozen has a lock. */
  readonly isLockFrozen: () => boolean

  constructor(endpoint: TokenEndpoint, isSharing: boolean, isLockFrozen: () => boolean) {
    this.endpoint = endpoint
    this.isLockFrozen = isLockFrozen
    this.isSharing = isSharing
  }

  /** Says that an invariant does not hold. */
  violate(invariant: string, what: string): void {
    this.violations.push(`${invariant}: ${what}`)
  }

  familyOfRefreshToken(token: string | undefined | null): number | null {
    return this.endpoint.families.find(({ refreshTokens }) => refreshTokens.includes(token ?? ''))?.id ?? null
  }

  subjectOf(family: number | null): string | null {
    return family === null ? null : (this.endpoint.families[family - 1]?.subject ?? null)
  }

  /** A family of the same circle, or the same family. */
  areTogether(one: number, other: number): boolean {
    const circle = this.circleOf.get(one)
    return one === other || (circle !== undefined && circle === this.circleOf.get(other))
  }

  /** Also when a page that is frozen has one, which the others do not wait for without end. */
  wereLocksBrokenSince(tick: number): boolean {
    return this.areLocksBroken || this.locksTick >= tick || this.isLockFrozen()
  }

  wasLedgerBrokenSince(tick: number): boolean {
    return this.isDatabaseBroken || this.ledgerTick >= tick
  }

  /** Nobody can know a refresh token whose answer was lost: the page ended, slept or gave up between the commit of the server and its own. */
  isLost({ durableTick, page, sentTick, isSettled, isReceived }: Rotation): boolean {
    if (durableTick !== null) return false
    return !page.isAlive() || page.isDisposed || page.stoppedTick >= sentTick || (isSettled && !isReceived)
  }

  /** Judges a refresh token that came a second time: INV-3 and the excuses that C2 leaves. */
  onReuse(token: string, page: LoadedPage | undefined, sentTick: number): void {
    const rotation = this.rotations.find(({ spent }) => spent === token)
    if (rotation === undefined) return this.violate('INV-3', `${token} was used again, and nobody knows what replaced it`)
    const { durableTick, page: first } = rotation
    const isDegraded = first.isDegraded || page?.isDegraded === true
    if (this.isLost(rotation) || isDegraded) return
    if (durableTick !== null && durableTick < sentTick) {
      // Tabs that were behind have put back what they knew.
      if (this.wasLedgerBrokenSince(this.begunTicks.get(rotation.family) ?? 0)) return
      return this.violate('INV-3', `page ${page?.id} sent ${token} although the ledger has had its successor since ${durableTick} (sent ${sentTick})`)
    }
    if (this.wereLocksBrokenSince(rotation.lockTick) || this.wasLedgerBrokenSince(rotation.sentTick)) return
    this.violate('INV-1', `page ${page?.id} sent ${token} while page ${first.id} was refreshing with it`)
  }

  /** INV-1: a refresh begins while another of its family is under way. */
  onFlight(flight: Flight): void {
    const others = [...this.flights].filter(({ family, page }) => family === flight.family && page.isAlive() && !page.isDisposed)
    this.flights.add(flight)
    for (const other of others) {
      if (other.page === flight.page && other.token !== flight.token) continue
      const isExcused =
        other.page !== flight.page &&
        (this.wereLocksBrokenSince(other.lockTick) || this.wereLocksBrokenSince(flight.lockTick) || other.page.stoppedTick >= other.sentTick || other.page.isDegraded || flight.page.isDegraded || this.wasLedgerBrokenSince(other.sentTick))
      if (!isExcused) this.violate('INV-1', `page ${flight.page.id} refreshes family ${flight.family} while page ${other.page.id} does`)
    }
  }

  onRefused(family: number, code: AuthErrorCode): void {
    const codes = this.refusals.get(family) ?? new Set()
    this.refusals.set(family, codes.add(code))
  }

  wasRefused(family: number, ...codes: readonly AuthErrorCode[]): boolean {
    return [...this.refusals].some(([refused, how]) => this.areTogether(refused, family) && codes.some((code) => how.has(code)))
  }
}
