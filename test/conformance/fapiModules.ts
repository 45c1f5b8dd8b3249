import { accepts, refusesIdToken, skips, type Changes, type LastRequest, type Module, type Served } from './module.ts'

const name = (rest: string): string => `fapi2-security-profile-final-client-test-${rest}`

const refusesClaims = (rest: string, claims: Changes): Module => refusesIdToken(name(rest), { claims })

/** The client is `demo-1h` on the page that is driven. */
const audience = (...others: readonly string[]): Changes => ({ aud: ['demo-1h', ...others] })

/** Refused before the code goes anywhere. */
const refusesCallback = (rest: string, callback: Changes, shows: string): Module => refuses(rest, { callback }, shows, 'authorization')

function refuses(rest: string, served: Served, shows: string, after: LastRequest): Module {
  return { name: name(rest), served, duty: { type: 'refuses', shows, after } }
}

export const fapiModules: readonly Module[] = [
  ...skips('tokens of the page that is driven are not bound to a key', name('happy-path'), name('happy-path-no-dpop-nonce'), name('rs-dpop-auth-scheme-case-insensitivity')),
  refuses('discovery-issuer-mismatch', { metadata: { issuer: 'https://other.example' } }, 'gave an answer that makes no sense', 'metadata'),
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
  ...skips('about an API that refuses the token: tested with auth.fetch', 'fapi2-security-profile-final-client-refresh-token-test'),
  ...skips(
    'answers in JWTs (JARM) are not asked for',
    ...['without-iss', 'without-aud', 'without-exp', 'with-invalid-iss', 'with-invalid-aud', 'with-invalid-sig', 'with-expired-exp', 'signature-is-not-none'].map((fault) =>
      name(`ensure-jarm-${fault}`),
    ),
  ),
]
