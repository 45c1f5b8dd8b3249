import { accepts, otherIssuer, refusesIdToken, skips, type Bound, type Changes, type Duty, type LastRequest, type Module, type PlayedModule, type Served } from './module.ts'

const name = (rest: string): string => `fapi2-security-profile-final-client-test-${rest}`

const refusesClaims = (rest: string, claims: Changes): Module => refusesIdToken(name(rest), { claims })

/** The client is `demo-1h` on the page that is driven. */
const audience = (...others: readonly string[]): Changes => ({ aud: ['demo-1h', ...others] })

/** Refused before the code goes anywhere. */
const refusesCallback = (rest: string, callback: Changes, shows: string): Module => refuses(rest, { callback }, shows, 'authorization')

function refuses(rest: string, served: Served, shows: string, after: LastRequest): PlayedModule {
  return { name: name(rest), served, duty: { type: 'refuses', shows, after } }
}

type Requests = Extract<Duty, { type: 'calls_api' }>['requests']

function callsApi(fullName: string, bound: Bound, requests: Requests): Module {
  return { name: fullName, page: '/sender-constrained', served: { bound }, duty: { type: 'calls_api', requests } }
}

export const fapiModules: readonly Module[] = [
  // The page that pushes knows no nonce yet, nor does the one that people come back to: each is asked for it once.
  callsApi(name('happy-path'), { isNonceWanted: true }, { pushed: 2, token: 2, resource: 3 }),
  callsApi(name('happy-path-no-dpop-nonce'), { isNonceWanted: false }, { pushed: 1, token: 1, resource: 2 }),
  callsApi(name('rs-dpop-auth-scheme-case-insensitivity'), { isNonceWanted: true, scheme: 'dPoP' }, { pushed: 2, token: 2, resource: 3 }),
  // On the page that would push its request next.
  {
    ...refuses('discovery-issuer-mismatch', { metadata: otherIssuer, bound: { isNonceWanted: false } }, 'gave an answer that makes no sense', 'metadata'),
    page: '/sender-constrained',
  },
  refusesClaims('invalid-iss', { iss: 'https://other.example' }),
  refusesClaims('invalid-missing-iss', { iss: undefined }),
  refusesClaims('invalid-aud', { aud: 'another-client' }),
  refusesClaims('invalid-missing-aud', { aud: undefined }),
  refusesClaims('invalid-secondary-aud', audience('another-client')),
  accepts(name('valid-aud-as-array'), { claims: audience() }),
  refusesIdToken(name('invalid-null-alg'), { algorithm: 'none' }),
  // A good signature, by a key of the provider, of a kind that its metadata does not name.
  refusesIdToken(name('invalid-alternate-alg'), { algorithm: 'ES256' }),
  refuses('invalid-expired-exp', { claims: { exp: Math.floor(Date.now() / 1000) - 360 } }, 'clock_skew', 'token'),
  refusesClaims('invalid-missing-exp', { exp: undefined }),
  refusesClaims('invalid-nonce', { nonce: 'another-nonce' }),
  refusesClaims('invalid-missing-nonce', { nonce: undefined }),
  refusesCallback('invalid-authorization-response-iss', { iss: 'https://other.example' }, 'issuer_mismatch'),
  refusesCallback('remove-authorization-response-iss', { iss: undefined }, 'issuer_mismatch'),
  refusesCallback('ensure-authorization-response-with-invalid-state-fails', { state: 'another-state' }, 'transaction_not_found'),
  refusesCallback('ensure-authorization-response-with-invalid-missing-state-fails', { state: undefined }, 'transaction_not_found'),
  accepts(name('token-endpoint-response-without-expires_in'), { tokens: { expires_in: undefined } }),
  accepts(name('token-type-case-insensitivity'), { tokens: { token_type: 'bEARER' } }),
  ...skips('for Open Banking only', name('invalid-openbanking-intent-id')),
  // The token of the login is refused at once, and that of the first refresh when it is used again.
  callsApi('fapi2-security-profile-final-client-refresh-token-test', { isNonceWanted: true, refusedCalls: [1, 3] }, { pushed: 2, token: 4, resource: 5 }),
  ...skips(
    'answers in JWTs (JARM) are not asked for',
    ...['without-iss', 'without-aud', 'without-exp', 'with-invalid-iss', 'with-invalid-aud', 'with-invalid-sig', 'with-expired-exp', 'signature-is-not-none'].map((fault) =>
      name(`ensure-jarm-${fault}`),
    ),
  ),
]
