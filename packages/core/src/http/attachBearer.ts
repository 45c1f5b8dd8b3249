/**
 * Puts the access token on a request (RFC 6750 §2.1), which is changed and given back: a copy made with other headers
 * would forget the caller's referrer policy.
 */
export function attachBearer(request: Request, accessToken: string): Request {
  request.headers.set('authorization', `Bearer ${accessToken}`)
  return request
}
