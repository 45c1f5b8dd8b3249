import { checkOptions, checkSecureUrl, checkText, configError } from '../checkOptions.ts'
import { AuthError, type AuthErrorCode } from '../errors.ts'
import { checkFieldsSchema } from '../endpoint/checkFieldsSchema.ts'
import { readExtraFields, type FieldsSchema } from '../endpoint/extraFields.ts'
import { tokenError } from '../endpoint/tokenError.ts'
import { sendTokenRequest, type TokenRequest } from '../endpoint/tokenRequest.ts'
import { durationMs, readJson } from '../endpoint/tokenResponse.ts'
import { membersOf } from '../ownMembers.ts'
import { decodeClaims, jwtLifetimeMs, userClaims, type Claims } from '../session/claims.ts'
import { isToken, type Session } from '../session/session.ts'
import type { AuthMethod, MethodContext } from './method.ts'

/** Options of {@link firebase}. */
export interface FirebaseOptions<Fields = unknown> {
  /** The project's Web API key. Names the project and is no secret. The emulator takes any text. */
  readonly apiKey: string
  /** Where a Firebase Auth emulator listens: https, or http on localhost, such as `http://localhost:9099`. Default: Google. */
  readonly emulatorUrl?: string | undefined
  /** Signs in to this tenant of Identity Platform. Default: to the project itself. */
  readonly tenantId?: string | undefined
  /** Validates claims of the ID token, such as custom ones, which become typed members of `user`. */
  readonly fields?: FieldsSchema<Fields> | undefined
}

/** What `login()` takes: an e-mail address and a password, or a refresh token that an administrator handed out. */
export type FirebaseInput =
  | {
      /** Sent as it is: Firebase says whose it is. */
      readonly email: string
      /** Sent as it is, and not kept. */
      readonly password: string
      readonly refreshToken?: never
    }
  | {
      /** Of the same project. Exchanged at once: a wrong one is `invalid_credentials`. */
      readonly refreshToken: string
      readonly email?: never
      readonly password?: never
    }

/**
 * Signs in at Firebase Authentication (or Google Cloud Identity Platform) by its REST API, without Firebase's SDK. The ID token
 * is what APIs get; it lives an hour and is refreshed with a refresh token that does not expire.
 *
 * Takes no second factor, reCAPTCHA or App Check. Sign-out is local: a browser cannot revoke anything at Firebase.
 *
 * @example
 * createAuth({ method: firebase({ apiKey: 'AIza…' }), api: 'https://api.example/v1/' })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function firebase<Fields = unknown>(options: FirebaseOptions<Fields>): AuthMethod<FirebaseInput, Claims & Fields> {
  const checked = checkOptions(options, 'firebase', ['apiKey', 'emulatorUrl', 'tenantId', 'fields'])
  const { tenantId, fields } = checked
  const endpoint = createEndpoints(checked)
  if (tenantId !== undefined) checkText(tenantId, 'tenantId')
  checkFieldsSchema(fields)
  const passwordUrl = endpoint('identitytoolkit.googleapis.com/v1/accounts:signInWithPassword')
  const tokenUrl = endpoint('securetoken.googleapis.com/v1/token')

  const signIn = async (email: string, password: string, ctx: MethodContext): Promise<Session<Claims & Fields>> => {
    const body = { email, password, returnSecureToken: true, tenantId }
    const answer = await send({ url: passwordUrl, body }, ctx, 'invalid_credentials')
    if (answer['mfaPendingCredential'] !== undefined) {
      throw new AuthError('client_rejected', 'The account has a second factor, which this method does not support: use the SDK of Firebase.')
    }
    return toSession(answer, fields, null)
  }

  const exchange = async (given: string, previous: Session<Claims & Fields> | null, ctx: MethodContext): Promise<Session<Claims & Fields>> => {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: given })
    const answer = await send({ url: tokenUrl, body }, ctx, previous === null ? 'invalid_credentials' : 'refresh_rejected')
    const { id_token: idToken, refresh_token: refreshToken, expires_in: expiresIn, user_id: localId } = answer
    return toSession({ idToken, refreshToken: refreshToken || given, expiresIn, localId }, fields, previous)
  }

  return {
    name: 'firebase',
    async login(input, ctx) {
      const { email, password, refreshToken } = membersOf(input)
      if (typeof email === 'string' && typeof password === 'string' && refreshToken === undefined) return signIn(email, password, ctx)
      if (email === undefined && password === undefined && isToken(refreshToken)) return exchange(refreshToken, null, ctx)
      throw new AuthError('invalid_input', 'login() takes either { email, password } or { refreshToken }, as text.')
    },
    refresh: (session, ctx) => exchange(session.refreshToken ?? '', session, ctx),
  }
}

/** Puts the emulator before Google's hosts, as it has them in its paths, and the key behind. */
function createEndpoints({ apiKey, emulatorUrl }: { readonly apiKey: string; readonly emulatorUrl?: string }): (path: string) => string {
  const query = new URLSearchParams({ key: checkText(apiKey, 'apiKey') }).toString()
  if (emulatorUrl === undefined) return (path) => `https://${path}?${query}`
  const { origin, pathname, search } = checkSecureUrl(emulatorUrl, 'emulatorUrl')
  if (search !== '') throw configError('emulatorUrl', 'no query may be in it.')
  return (path) => `${origin}${pathname.replace(/\/$/, '')}/${path}?${query}`
}

/** Sends a request and gives the members of a successful answer. */
async function send(request: TokenRequest, ctx: MethodContext, refusal: AuthErrorCode): Promise<Readonly<Record<string, unknown>>> {
  // Google can restrict a key to websites, which it knows by the referrer: the origin is enough.
  const response = await sendTokenRequest({ ...request, referrerPolicy: 'strict-origin' }, ctx)
  if (!response.ok) throw await firebaseError(response, ctx.now(), refusal)
  return membersOf(await readJson(response))
}

/** An answer by the names of `accounts:signInWithPassword`. */
interface Answer {
  readonly idToken?: unknown
  readonly refreshToken?: unknown
  /** Seconds, as text. */
  readonly expiresIn?: unknown
  readonly localId?: unknown
}

/**
 * @param previous Whose `user` stays where the schema refuses the claims: the token is good all the same. `null` at login.
 * @throws AuthError `invalid_response`.
 */
async function toSession<Fields>(
  answer: Answer,
  fields: FieldsSchema<Fields> | undefined,
  previous: Session<Claims & Fields> | null,
): Promise<Session<Claims & Fields>> {
  const { idToken, refreshToken, expiresIn, localId } = answer
  const claims = isToken(idToken) ? decodeClaims(idToken) : null
  if (!isToken(idToken) || claims === null) throw new AuthError('invalid_response', 'The answer has no ID token that can be used: look at the endpoint.')
  if (!isToken(refreshToken)) throw new AuthError('invalid_response', 'The answer has no refresh token that can be used: look at the endpoint.')
  if (claims.sub === undefined || claims.sub !== localId) {
    throw new AuthError('invalid_response', 'The answer and its ID token do not name the same person: look at the endpoint.')
  }
  // The subject again, and how it signed in.
  const { user_id: _uid, firebase: _signIn, ...known } = userClaims(claims)
  const validated = async (schema: FieldsSchema<Fields>): Promise<unknown> => {
    try {
      return { ...known, ...(await readExtraFields(schema, known)), sub: localId }
    } catch (error) {
      if (previous === null) throw error
      return previous.user
    }
  }
  const user = fields === undefined ? known : await validated(fields)
  return {
    accessToken: idToken,
    refreshToken,
    expiresInMs: durationMs(expiresIn) ?? jwtLifetimeMs(claims),
    subject: localId,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Claims by construction, and fields if there is a schema for them.
    user: user as Claims & Fields,
    scope: [],
  }
}

/** What Google's codes mean. */
interface Meaning {
  /** Absent: the credentials are no good, which is called differently at login and at a refresh. */
  readonly code?: AuthErrorCode
  readonly message: string
  readonly googleCodes: string
}

/** What is not here means what its status means. */
const meanings: readonly Meaning[] = [
  {
    message: 'Firebase refused the credentials: check them, or sign in again.',
    googleCodes: `EMAIL_NOT_FOUND INVALID_PASSWORD INVALID_LOGIN_CREDENTIALS INVALID_EMAIL MISSING_EMAIL MISSING_PASSWORD
      TOKEN_EXPIRED USER_NOT_FOUND INVALID_REFRESH_TOKEN PROJECT_NUMBER_MISMATCH`,
  },
  { code: 'user_disabled', message: 'The account is disabled: say so.', googleCodes: 'USER_DISABLED' },
  { code: 'rate_limited', message: 'Firebase asks to slow down: try later.', googleCodes: 'TOO_MANY_ATTEMPTS_TRY_LATER QUOTA_EXCEEDED' },
  {
    code: 'authorization_failed',
    message: 'The project does not let this account in: its password policy or a blocking function says no.',
    googleCodes: 'PASSWORD_DOES_NOT_MEET_REQUIREMENTS BLOCKING_FUNCTION_ERROR_RESPONSE',
  },
  {
    code: 'client_rejected',
    message: 'The project or tenant does not offer this: look at its sign-in providers and at "tenantId".',
    googleCodes: `OPERATION_NOT_ALLOWED PASSWORD_LOGIN_DISABLED CONFIGURATION_NOT_FOUND PROJECT_NOT_FOUND PROJECT_DISABLED
      TENANT_NOT_FOUND INVALID_TENANT_ID TENANT_ID_MISMATCH UNSUPPORTED_TENANT_OPERATION`,
  },
  {
    code: 'client_rejected',
    message: 'Google refused the API key: look at "apiKey", and at the APIs and websites that the key is restricted to.',
    googleCodes: `API_KEY_INVALID API_KEY_SERVICE_BLOCKED API_KEY_HTTP_REFERRER_BLOCKED API_KEY_IP_ADDRESS_BLOCKED
      API_KEY_ANDROID_APP_BLOCKED API_KEY_IOS_APP_BLOCKED SERVICE_DISABLED`,
  },
  {
    code: 'client_rejected',
    message: 'The project asks for reCAPTCHA, which this method does not support: use the SDK of Firebase.',
    googleCodes: 'MISSING_RECAPTCHA_TOKEN INVALID_RECAPTCHA_TOKEN CAPTCHA_CHECK_FAILED',
  },
  {
    code: 'client_rejected',
    message: 'The request did not arrive as it was sent: a proxy in between?',
    googleCodes: 'MISSING_GRANT_TYPE INVALID_GRANT_TYPE MISSING_REFRESH_TOKEN',
  },
]

/** @param refusal What it is called here that the credentials are no good. */
async function firebaseError(response: Response, nowAt: number, refusal: AuthErrorCode): Promise<AuthError> {
  const googleCode = await readGoogleCode(response.clone())
  const error = await tokenError(response, nowAt)
  const { status, retryAfterMs } = error
  // A status that can pass weighs more than any code.
  const meaning = error.retryable ? undefined : meanings.find(({ googleCodes }) => googleCodes.split(/\s/).some((each) => each === googleCode))
  const { code, message } = meaning === undefined ? error : { code: refusal, ...meaning }
  return new AuthError(code, message, { status, retryAfterMs, oauthError: googleCode ?? error.oauthError })
}

/** `CODE`, or `CODE : and why`; where Google says it in a sentence, the reason in its details; else its name for the status. */
async function readGoogleCode(response: Response): Promise<string | undefined> {
  const { message, details, status } = membersOf(membersOf(await response.json().catch(() => {}))['error'])
  const reasons = Array.isArray(details) ? details.map((detail: unknown) => membersOf(detail)['reason']) : []
  return [message, ...reasons, status].map(leadingCode).find((code) => code !== undefined)
}

function leadingCode(text: unknown): string | undefined {
  return typeof text === 'string' ? /^[A-Z_]{3,64}(?=\s*(?::|$))/.exec(text)?.[0] : undefined
}
