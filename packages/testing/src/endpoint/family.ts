/** The refresh tokens that came of one login, one after the other. */
export interface Family {
  /** 1 for the first login, and so on. */
  readonly id: number
  readonly subject: string
  /** Whether any of its tokens is worth anything. */
  readonly isAlive: boolean
  /** All refresh tokens in the order in which they were issued; the last is the one in force. */
  readonly refreshTokens: readonly string[]
  /** How often it was refreshed. */
  readonly refreshes: number
  /** How often a refresh token was used that had been replaced. */
  readonly reuses: number
}

/** Settings of {@link createFamilies}; a test may change them in between. */
export interface FamilySettings {
  /** Whether each refresh replaces the refresh token. Default `true`. */
  rotation: boolean
  /** How long a replaced refresh token still gives the tokens that replaced it, in milliseconds. Default 0. */
  graceMs: number
  /** Whether the reuse of a refresh token ends its family (RFC 9700 §4.14.2). Default `true`. */
  reuseDetection: boolean
}

/** What a refresh came to. */
export type Redeemed = { readonly family: Family; readonly refreshToken: string } | 'invalid_grant'

/** The families of a token server. */
export interface Families {
  readonly all: readonly Family[]
  readonly begin: (subject: string) => Family
  readonly redeem: (refreshToken: unknown, nowAt: number) => Redeemed
  readonly revoke: (isRevoked: (family: Family) => boolean) => void
  readonly find: (refreshToken: unknown) => Family | undefined
}

interface Mutable extends Family {
  isAlive: boolean
  refreshes: number
  reuses: number
  replacedAt: number
  readonly refreshTokens: string[]
}

/** @param issue Makes a refresh token that is like no other. */
export function createFamilies(settings: FamilySettings, issue: () => string): Families {
  const all: Mutable[] = []
  const find = (refreshToken: unknown): Mutable | undefined =>
    all.find(({ refreshTokens }) => typeof refreshToken === 'string' && refreshTokens.includes(refreshToken))
  const isInGrace = ({ refreshTokens, replacedAt }: Mutable, refreshToken: unknown, nowAt: number): boolean =>
    refreshToken === refreshTokens.at(-2) && nowAt - replacedAt < settings.graceMs

  return {
    all,
    find,
    begin(subject) {
      const family = { id: all.length + 1, subject, isAlive: true, refreshTokens: [issue()], refreshes: 0, reuses: 0, replacedAt: -Infinity }
      all.push(family)
      return family
    },
    redeem(refreshToken, nowAt) {
      const family = find(refreshToken)
      if (family === undefined) return 'invalid_grant'
      const current = family.refreshTokens.at(-1) ?? ''
      if (refreshToken !== current && !isInGrace(family, refreshToken, nowAt)) {
        family.reuses++
        if (settings.reuseDetection) family.isAlive = false
        return 'invalid_grant'
      }
      if (!family.isAlive) return 'invalid_grant'
      family.refreshes++
      if (refreshToken !== current || !settings.rotation) return { family, refreshToken: current }
      const next = issue()
      family.refreshTokens.push(next)
      family.replacedAt = nowAt
      return { family, refreshToken: next }
    },
    revoke(isRevoked) {
      for (const family of all) if (isRevoked(family)) family.isAlive = false
    },
  }
}
