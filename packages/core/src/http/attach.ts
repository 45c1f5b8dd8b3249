/** The request with the access token on it (RFC 6750 §2.1); the given one is left as it is. */
export function attach(request: Request, accessToken: string): Request {
  const headers = new Headers(request.headers)
  headers.set('authorization', `Bearer ${accessToken}`)
  return new Request(request, { headers })
}
