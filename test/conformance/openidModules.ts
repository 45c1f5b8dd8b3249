import { accepts, otherIssuer, refusesIdToken, skips, type Module } from './module.ts'

const name = (rest: string): string => `oidcc-client-test${rest}`

const withoutSignature = refusesIdToken(name('-idtoken-sig-none'), { algorithm: 'none', metadata: { id_token_signing_alg_values_supported: ['none', 'RS256'] } })

export const basicModules: readonly Module[] = [
  accepts(name('')),
  refusesIdToken(name('-invalid-iss'), { claims: { iss: 'https://other.example' } }),
  refusesIdToken(name('-missing-sub'), { claims: { sub: undefined } }),
  refusesIdToken(name('-invalid-aud'), { claims: { aud: 'another-client' } }),
  refusesIdToken(name('-missing-iat'), { claims: { iat: undefined } }),
  accepts(name('-kid-absent-single-jwks'), { keys: 'one_unnamed' }),
  accepts(name('-kid-absent-multiple-jwks'), { keys: 'several_unnamed' }),
  accepts(name('-idtoken-sig-rs256'), { algorithm: 'RS256' }),
  withoutSignature,
  refusesIdToken(name('-invalid-sig-rs256'), { isBroken: true }),
  {
    name: name('-userinfo-invalid-sub'),
    served: { userInfo: { sub: 'somebody-else' } },
    duty: { type: 'refuses', shows: 'invalid_response', after: 'userinfo' },
  },
  refusesIdToken(name('-nonce-invalid'), { claims: { nonce: 'another-nonce' } }),
  {
    ...accepts(name('-scope-userinfo-claims'), {
      wantedScope: 'openid profile email phone address',
      userInfo: { phone_number: '+44 20 7946 0000', address: { formatted: '12 Square' } },
    }),
    choices: { about: 'all' },
  },
  ...skips('a page cannot keep a client secret', name('-client-secret-basic')),
]

export const configModules: readonly Module[] = [
  accepts(name('-discovery-openid-config')),
  { name: name('-discovery-jwks-uri-keys'), served: {}, duty: { type: 'signs_in', keyRequests: 1 } },
  {
    name: name('-discovery-issuer-mismatch'),
    served: { metadata: otherIssuer },
    duty: { type: 'refuses', shows: 'gave an answer that makes no sense', after: 'metadata' },
  },
  withoutSignature,
  { name: name('-signing-key-rotation-just-before-signing'), served: { rotatesBeforeSigning: true }, duty: { type: 'signs_in', keyRequests: 2 } },
  // Between the logins there is another key.
  { name: name('-signing-key-rotation'), served: {}, duty: { type: 'signs_in', logins: 2, keyRequests: 2 } },
]

export const refreshModules: readonly Module[] = [
  { name: name('-refresh-token'), served: {}, duty: { type: 'refreshes' } },
  {
    name: name('-refresh-token-invalid-issuer'),
    served: { refreshedClaims: { iss: 'https://other.example' } },
    duty: { type: 'ends', shows: 'The session ended: the server refused to renew it.' },
  },
  {
    name: name('-refresh-token-invalid-sub'),
    served: { refreshedClaims: { sub: 'somebody-else' } },
    duty: { type: 'ends', shows: 'The session ended: the server answered for somebody else.' },
  },
]

/** What the comprehensive plan has beyond the plans above. */
export const furtherModules: readonly Module[] = [
  refusesIdToken(name('-missing-aud'), { claims: { aud: undefined } }),
  refusesIdToken(name('-invalid-sig-es256'), { algorithm: 'ES256', isBroken: true, metadata: { id_token_signing_alg_values_supported: ['ES256'] } }),
  ...skips('for clients with a secret', name('-invalid-sig-hs256')),
  accepts(name('-userinfo-bearer-header')),
  ...skips('the token is sent in the header, never in a body', name('-userinfo-bearer-body')),
  accepts(name('-userinfo-signed'), { isUserInfoSigned: true }),
  ...skips('claims from other sources are left to the app', name('-aggregated-claims'), name('-distributed-claims')),
  ...skips('a page has no certificate of its own', name('-mtls-endpoint-aliases')),
  ...skips('the issuer is configured, not looked up by WebFinger', name('-discovery-webfinger-acct'), name('-discovery-webfinger-url')),
  ...skips('the client is registered beforehand', name('-dynamic-registration')),
  ...skips('requests are pushed (RFC 9126), not signed', name('-request-uri-signed-none'), name('-request-uri-signed-rs256')),
  accepts(name('-nonce-unless-code-flow')),
  refusesIdToken(name('-invalid-athash'), { claims: { at_hash: 'bm90IHRoZSBoYXNoIG9m' } }),
  ...skips('of the hybrid and implicit flows', name('-missing-athash'), name('-missing-chash'), name('-invalid-chash')),
  ...skips('a page does not get what is posted to its address', name('-form-post-error')),
  ...skips('an address that starts a login is up to the app', 'oidcc-client-test-3rd-party-init-login'),
]
