import { createHash, randomBytes } from 'node:crypto'
import type { Signing } from './keys.ts'
import type { Changes, Served } from './module.ts'

/** What the provider issues, and to whom. */
export interface Grants {
  /** Takes an authorization request and approves it at once. */
  readonly issueCode: (asked: Readonly<Record<string, string>>) => string
  /** Takes a token request. With the key of its proof, tokens are bound to that. */
  readonly issueTokens: (form: URLSearchParams, jkt?: string) => Promise<Response>
  /** The key that a token is bound to. */
  readonly keyOf: (token: string) => string | undefined
  /** Takes a request for UserInfo. */
  readonly tellOf: (authorization: string | undefined) => Promise<Response>
  /** What is known of the person, as texts that a page shows. */
  readonly facts: readonly string[]
  /** Whether an access token or a refresh token is in this text. */
  readonly isNamedIn: (text: string) => boolean
  readonly issued: {
    readonly accessTokens: readonly string[]
    readonly refreshTokens: readonly string[]
    readonly idTokens: readonly string[]
  }
}

interface GrantOptions {
  readonly served: Served
  readonly signing: Signing
  readonly issuer: string
  readonly complain: (complaint: string) => void
}

/** Who signs in, as UserInfo tells it: ID tokens have the subject alone. */
const person = { sub: 'ada', name: 'Ada of UserInfo', email: 'ada@userinfo.example' }

/** What UserInfo tells for each scope (OpenID Connect Core §5.4). */
const claimNames: Readonly<Record<string, readonly string[]>> = { openid: ['sub'], profile: ['name'], email: ['email'], phone: ['phone_number'], address: ['address'] }

const random = (): string => randomBytes(24).toString('base64url')

export function createGrants({ served, signing, issuer, complain }: GrantOptions): Grants {
  const codes = new Map<string, Readonly<Record<string, string>>>()
  const keys = new Map<string, string | undefined>()
  const issued = { accessTokens: [] as string[], refreshTokens: [] as string[], idTokens: [] as string[] }
  const { sub, ...about } = { ...person, ...served.userInfo }
  let [clientId, scope] = ['', '']

  const idToken = async (claims: object): Promise<string> => {
    const nowS = Math.floor(Date.now() / 1000)
    const token = await signing.sign({ iss: issuer, sub: person.sub, aud: clientId, iat: nowS, exp: nowS + 3600, ...claims })
    issued.idTokens.push(token)
    return token
  }
  const tokens = async (claims: object, jkt: string | undefined): Promise<Response> => {
    const [accessToken, refreshToken] = [random(), random()]
    for (const token of [accessToken, refreshToken]) keys.set(token, jkt)
    issued.accessTokens.push(accessToken)
    issued.refreshTokens.push(refreshToken)
    return Response.json({
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: jkt === undefined ? 'Bearer' : 'DPoP',
      expires_in: 3600,
      id_token: await idToken(claims),
      ...served.tokens,
    })
  }
  const refuse = (complaint: string): Response => {
    complain(complaint)
    return Response.json({ error: 'invalid_grant' }, { status: 400 })
  }

  return {
    issued,
    facts: textsIn(about),
    isNamedIn: (text) => [...issued.accessTokens, ...issued.refreshTokens].some((token) => text.includes(token)),
    issueCode(asked) {
      for (const problem of authorizationProblems(asked, served.wantedScope)) complain(problem)
      clientId = asked['client_id'] ?? ''
      scope = asked['scope'] ?? ''
      const code = random()
      codes.set(code, asked)
      return code
    },
    keyOf: (token) => keys.get(token),
    async issueTokens(form, jkt) {
      const { grant_type: type, ...sent } = Object.fromEntries(form)
      if (sent['client_id'] !== clientId) return refuse('a token request of another client')
      if (type === 'refresh_token') {
        const refreshToken = issued.refreshTokens.at(-1) ?? ''
        if (sent['refresh_token'] !== refreshToken) return refuse('a refresh token that is spent or unknown')
        return keys.get(refreshToken) === jkt ? tokens({ ...served.refreshedClaims }, jkt) : refuse('a refresh token with a proof of another key')
      }
      const asked = codes.get(sent['code'] ?? '')
      codes.delete(sent['code'] ?? '')
      if (asked === undefined) return refuse('a code that is spent or unknown')
      if (sent['redirect_uri'] !== asked['redirect_uri']) return refuse('the code with another redirect_uri')
      if (challengeOf(sent['code_verifier'] ?? '') !== asked['code_challenge']) return refuse('the code with another verifier')
      if (asked['dpop_jkt'] !== jkt) return refuse('the code with a proof of another key')
      if (served.rotatesBeforeSigning === true) signing.rotate()
      return tokens({ nonce: asked['nonce'], ...served.claims }, jkt)
    },
    async tellOf(authorization) {
      const [scheme = '', token = ''] = (authorization ?? '').split(' ')
      if (!/^Bearer$/i.test(scheme) || !issued.accessTokens.includes(token)) {
        complain('UserInfo was asked without a token of the provider in the header')
        return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
      }
      const claims = toldFor(scope, { sub, ...about })
      if (served.isUserInfoSigned !== true) return Response.json(claims)
      return new Response(await signing.sign({ iss: issuer, aud: clientId, ...claims }), { headers: { 'content-type': 'application/jwt' } })
    },
  }
}

const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url')

/** The claims that were asked for by scope. */
function toldFor(scope: string, claims: Changes): Changes {
  const names = scope.split(' ').flatMap((each) => claimNames[each] ?? [])
  return Object.fromEntries(Object.entries(claims).filter(([name]) => names.includes(name)))
}

/** All texts in it, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** What every module wants of an authorization request, and the scopes that this one wants. */
function authorizationProblems(asked: Readonly<Record<string, string>>, wantedScope = 'openid'): string[] {
  const { response_type: type, code_challenge_method: method, code_challenge: challenge = '', scope = '', state = '', nonce = '' } = asked
  const wanted = {
    'response_type is not code': type === 'code',
    ...Object.fromEntries(wantedScope.split(' ').map((each) => [`scope has no ${each}`, scope.split(' ').includes(each)])),
    'there is no challenge by S256': method === 'S256' && challenge.length === 43,
    'there is no state': state !== '',
    'there is no nonce': nonce !== '',
  }
  return Object.entries(wanted).flatMap(([problem, isSo]) => (isSo ? [] : [`authorization request: ${problem}`]))
}
