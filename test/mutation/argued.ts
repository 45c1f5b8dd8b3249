import type { Argued } from '../../scripts/mutationReport.ts'

/** Changes that make no difference that anybody could see, each with the reason. */
export const argued: readonly Argued[] = [
  // auth/
  {
    path: 'packages/core/src/auth/signIn.ts',
    code: 'const isKept = record !== null && isLatest() && (await keep(arrive(record, options)))',
    original: 'record !== null',
    replacement: 'true',
    why: 'Without a record the page was to leave for a login that is not the latest, and never is again.',
  },
  // http/, session/ and tokens/
  {
    path: 'packages/core/src/http/boundedFetch.ts',
    code: 'void reader?.cancel().catch(() => {})',
    original: 'reader?.cancel',
    replacement: 'reader.cancel',
    why: 'Where something was read, there is what reads it.',
  },
  {
    path: 'packages/core/src/http/challenge.ts',
    code: "for (const [, name = '', equals, quoted, plain = ''] of header.slice(0, maxLength).matchAll(piece)) {",
    original: "''",
    replacement: '"Stryker was here!"',
    why: 'A match always has a name and, after an equals sign, a value.',
  },
  {
    path: 'packages/core/src/http/challenge.ts',
    code: "const challenges = parseChallenges(headers.get('www-authenticate') ?? '')",
    original: "''",
    replacement: '"Stryker was here!"',
    why: 'Words in the place of a header that is not there are no challenge for a nonce.',
  },
  {
    path: 'packages/core/src/session/lifetime.ts',
    code: 'if (lifetime.lifetimeMs === null) return Infinity',
    original: 'lifetime.lifetimeMs === null',
    replacement: 'false',
    why: 'With a life that is unknown, what is left of it is endless, and so is all that is computed from that.',
  },
  {
    path: 'packages/core/src/tokens/replace.ts',
    code: 'const busy = (waits: number): Promise<unknown> | null => changing(waits) ?? (refresher.isRunning() ? refresher.run(true).catch(() => {}) : null)',
    original: 'true',
    replacement: 'false',
    why: 'A refresh that is under way is joined, whether or not a new one would have to wait.',
  },
  // oauth/
  {
    path: 'packages/core/src/oauth/callback.ts',
    code: 'for (let index = 0; index < address.length; index++) hash = (Math.imul(hash, 31) + address.charCodeAt(index)) | 0',
    original: 'Math.imul(hash, 31) + address.charCodeAt(index)',
    replacement: 'Math.imul(hash, 31) - address.charCodeAt(index)',
    why: 'Each fingerprint becomes the negative of what it was, and tells the same addresses apart.',
  },
  {
    path: 'packages/core/src/oauth/redirectCallback.ts',
    code: "if (transaction.spent) return { type: 'used', ...known }",
    original: "'used'",
    replacement: '""',
    why: 'Whatever is not foreign, of an opener or pending is taken as used: nobody asks for that name.',
  },
  {
    path: 'packages/core/src/oauth/redirectCallback.ts',
    code: "if (page === null || !URL.canParse(uri, page)) throw new AuthError('unsupported_request', 'There is no page here to sign in from and to come back to.')",
    original: 'page === null',
    replacement: 'false',
    why: 'URL.canParse() takes null for the text "null", which is no address to start from.',
  },
]
