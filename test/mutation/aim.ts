import type { Aim } from '../../scripts/mutationReport.ts'

const decisive = [
  // State: who is signed in.
  'session/transition',
  'session/ending',
  'session/state',
  // Destinations: where a credential may go.
  'http/destinations',
  // Commit of a refresh: what of an answer is kept, and whose it is.
  'tokens/commit',
  'tokens/replace',
  // Redirects: what may come back, and where to go on.
  'oauth/returnTo',
  'oauth/redirectCallback',
  'oauth/callback',
  'oauth/authorizationResponse',
  'oauth/transaction',
]

/** Percent of what can be broken in core that a test must notice, and where it must be all. */
export const aim: Aim = { leastScore: 90, decisive: decisive.map((name) => `packages/core/src/${name}.ts`) }
