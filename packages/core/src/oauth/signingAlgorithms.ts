/**
 * What an ID token, or a signed answer of UserInfo, may be signed with (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2): with a key pair
 * alone. A client without a secret has no other key that only the provider knows, and `none` is no signature.
 */
export const signingAlgorithms: readonly string[] =
  ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] // prettier-ignore
