/** The request with the access token on it (RFC 6750 §2.1). Takes over the body of the given one. */
export function attach(request: Request, accessToken: string): Request {
  // Headers as a second argument would make the constructor forget the caller's referrer policy.
  const authorized = new Request(request)
  authorized.headers.set('authorization', `Bearer ${accessToken}`)
  return authorized
}
