import type { Argued } from '../../scripts/mutationReport.ts'

/** Changes that make no difference that anybody could see, each with the reason. */
export const argued: readonly Argued[] = [
  // http/, session/ and tokens/
  {
    path: 'packages/core/src/http/boundedFetch.ts',
    original: 'reader?.cancel',
    replacement: 'reader.cancel',
    why: 'Where something was read, there is what reads it.',
  },
  {
    path: 'packages/core/src/http/challenge.ts',
    original: "''",
    replacement: '"Stryker was here!"',
    why: 'A match always has a name and, after an equals sign, a value; and words in the place of a header that is not there are no challenge for a nonce.',
  },
  {
    path: 'packages/core/src/session/lifetime.ts',
    original: 'lifetime.lifetimeMs === null',
    replacement: 'false',
    why: 'With a life that is unknown, what is left of it is endless, and so is all that is computed from that.',
  },
  {
    path: 'packages/core/src/tokens/replace.ts',
    original: 'true',
    replacement: 'false',
    why: 'A refresh that is under way is joined, whether or not a new one would have to wait.',
  },
  // oauth/
  {
    path: 'packages/core/src/oauth/callback.ts',
    original: 'Math.imul(hash, 31) + address.charCodeAt(index)',
    replacement: 'Math.imul(hash, 31) - address.charCodeAt(index)',
    why: 'Each fingerprint becomes the negative of what it was, and tells the same addresses apart.',
  },
  {
    path: 'packages/core/src/oauth/redirectCallback.ts',
    original: "'used'",
    replacement: '""',
    why: 'Whatever is not foreign, of an opener or pending is taken as used: nobody asks for that name.',
  },
  {
    path: 'packages/core/src/oauth/redirectCallback.ts',
    original: 'page === null',
    replacement: 'false',
    why: 'URL.canParse() takes null for the text "null", which is no address to start from.',
  },
]
