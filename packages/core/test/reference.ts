/** What this library is compared with: code that is only reachable from here, as these two are dependencies of this package alone. */
export { clockTolerance, processAuthorizationCodeResponse, processDiscoveryResponse, processRefreshTokenResponse, validateAuthResponse } from 'oauth4webapi'
export { createLocalJWKSet, decodeJwt, jwtVerify, type JWK } from 'jose'
