/** What a request is for. */
export type RequestKind = 'login' | 'code' | 'refresh' | 'revoke' | 'api' | 'unknown'

/** A request as the endpoint understood it. */
export interface RecordedRequest {
  readonly kind: RequestKind
  readonly method: string
  readonly url: string
  readonly path: string
  /** The members of its JSON, or the fields of its form. */
  readonly body: Readonly<Record<string, unknown>>
  /** The token of `Authorization: Bearer`. */
  readonly bearer: string | null
  /** When it came, in epoch milliseconds. */
  readonly receivedAt: number
}

/** Where what is asked for. */
export interface EndpointPaths {
  /** Takes a name and a password as JSON. Default `/login`. */
  readonly login: string
  /** Takes forms of OAuth (RFC 6749 §4.1.3, §6), and `{"refresh_token"}` as JSON. Default `/token`. */
  readonly token: string
  /** Takes `{"refresh_token"}` as JSON. Default `/refresh`. */
  readonly refresh: string
  /** Takes a form of RFC 7009. Default `/revoke`. */
  readonly revoke: string
  /** Takes `{"refresh_token"}` as JSON. Default `/logout`. */
  readonly logout: string
  /** With everything below it: wants a bearer token (RFC 6750). Default `/api`. */
  readonly api: string
}

export async function readRequest(request: Request, paths: EndpointPaths, receivedAt: number): Promise<RecordedRequest> {
  const { pathname: path } = new URL(request.url)
  const text = request.body === null ? '' : await request.text()
  const body = membersOf(text, request.headers.get('content-type') ?? '')
  const [, bearer = null] = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  return { kind: kindOf(path, body, paths), method: request.method, url: request.url, path, body, bearer, receivedAt }
}

function kindOf(path: string, body: RecordedRequest['body'], paths: EndpointPaths): RequestKind {
  if (path === paths.login) return 'login'
  if (path === paths.refresh) return 'refresh'
  if (path === paths.token) return body['grant_type'] === 'authorization_code' ? 'code' : 'refresh'
  if (path === paths.revoke || path === paths.logout) return 'revoke'
  return path === paths.api || path.startsWith(`${paths.api}/`) ? 'api' : 'unknown'
}

function membersOf(text: string, type: string): Readonly<Record<string, unknown>> {
  if (type.includes('x-www-form-urlencoded')) return Object.fromEntries(new URLSearchParams(text))
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
  } catch {
    return {}
  }
}
