import { systemClock } from '../browser/clock.ts'
import { warn } from '../browser/warn.ts'
import { checkAuth, checkHeaderName, checkOptions, checkPathOrUrl, checkText, configError } from '../checkOptions.ts'
import { AuthError, toAuthError } from '../errors.ts'
import type { AuthedFetch } from '../http/authedFetch.ts'
import { checkDestination } from '../http/destinations.ts'
import { hasKeys, keyFor, single, type Keys } from '../http/keyFor.ts'
import { probe } from '../endpoint/probe.ts'
import { tokenError } from '../endpoint/tokenError.ts'
import { resolveUrl } from '../endpoint/tokenRequest.ts'
import { readJson } from '../endpoint/tokenResponse.ts'
import { membersOf, ownMembers } from '../ownMembers.ts'
import { parseInstant } from '../session/instant.ts'
import { hintOf, readPasted } from '../session/pasted.ts'
import { isToken, type Session, type SessionRecord } from '../session/session.ts'
import type { AuthMethod } from './method.ts'

/** Options of {@link apiKey}. */
export interface ApiKeyOptions {
  /** The header that carries the key. Default `X-API-Key`. */
  readonly header?: string | undefined
  /**
   * Sends the key as this parameter of the query instead, for an API that takes it no other way. Dangerous: addresses are kept by
   * histories, logs, proxies and monitoring, and so is the key: a warning on the console says so. Not together with `header`.
   */
  readonly dangerouslySendInQuery?: string | undefined
  /**
   * Tried with the key at login, by `GET`: a path of this app's own origin, https, or http on localhost. The key goes there. Default:
   * nothing is tried, and a wrong key shows at the first request.
   */
  readonly probeUrl?: string | undefined
}

/** What `login()` takes: one key for all of `api`, or several by destination, named as in `api`. White space around a key is removed. */
export type ApiKeyInput =
  | {
      /** Printable ASCII without spaces: anything else is `invalid_input`. */
      readonly key: string
      readonly keys?: undefined
    }
  | {
      /**
       * By an origin, perhaps with a path: https, or http on localhost. A request gets the key of the longest that covers its URL, and
       * rejects with `destination_not_allowed` where none does. The first is what `getAccessToken()` gives. Two for one destination are
       * `invalid_input`.
       */
      readonly keys: Readonly<Record<string, string>>
      readonly key?: undefined
    }

/** Which keys are in use, without the keys. */
export interface ApiKeyUser {
  /** `…` and the last four characters of the key, or of the first of several; of a short key none. */
  readonly hint: string
  /** The same by destination, when there are several. */
  readonly hints?: Readonly<Record<string, string>>
}

/**
 * Uses API keys that were issued elsewhere. Nothing is refreshed: when an API answers 401, the session ends with reason `revoked`.
 *
 * @example
 * createAuth({ method: apiKey(), api: 'https://api.example/v1/' })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function apiKey(options: ApiKeyOptions = {}): AuthMethod<ApiKeyInput, ApiKeyUser> {
  const checked = checkOptions(options, 'apiKey', ['header', 'dangerouslySendInQuery', 'probeUrl'])
  const { header = 'X-API-Key', dangerouslySendInQuery: parameter, probeUrl } = checked
  checkHeaderName(header, 'header')
  if (parameter !== undefined) {
    checkText(parameter, 'dangerouslySendInQuery')
    if (checked.header !== undefined) throw configError('dangerouslySendInQuery', 'the key goes there or into "header", not both.')
    warn('apiKey: in the query, logs and proxies keep the key.')
  }
  if (probeUrl !== undefined) checkPathOrUrl(probeUrl, 'probeUrl')

  return {
    name: 'apiKey',
    async login(input, ctx) {
      const session: Session<ApiKeyUser> = ownMembers({ ...holding(checkKeys(input)), subject: null, scope: [] })
      if (probeUrl === undefined) return session
      const url = new URL(resolveUrl(probeUrl, ctx))
      const key = keyFor(session, url)
      if (parameter === undefined) await probe(url.href, { [header]: key }, ctx)
      else await probe(withParameter(url, parameter, key), {}, ctx)
      return session
    },
    attach(request, session) {
      const url = new URL(request.url)
      if (parameter === undefined ? request.headers.has(header) : url.searchParams.has(parameter)) return null
      if (request.redirect === 'follow') {
        throw new AuthError('unsupported_request', "redirect: 'follow' would carry the key to wherever it leads: use 'error'.")
      }
      const key = keyFor(session, url)
      if (parameter !== undefined) return withUrl(request, withParameter(url, parameter, key))
      request.headers.set(header, key)
      return request
    },
  }
}

/** What {@link rotateApiKey} needs of an auth: one that may have signed in with an API key. */
export interface ApiKeyHolder<User> {
  readonly tokens: { readonly replaceTokens: (update: (current: SessionRecord<User>) => SessionRecord<User>) => Promise<void> }
}

/**
 * Replaces the key of a session in place: requests under way go on, and one that is refused because the old key is gone is sent once
 * more with the new one. Nothing is told to a server: see {@link createApiKey} and {@link deleteApiKey}.
 *
 * @param destination Which of several keys, as `login()` named it.
 * @throws AuthError `not_authenticated` when nobody is signed in with an API key, `invalid_input`, `user_changed`.
 */
export async function rotateApiKey<User = never>(
  auth: ApiKeyHolder<ApiKeyUser | User>,
  newKey: string,
  destination?: string,
): Promise<void> {
  checkAuth(auth, 'rotateApiKey')
  const key = checkKey(newKey)
  const name = destination === undefined ? single : checkName(destination)
  await auth.tokens.replaceTokens((session) => {
    const { secrets = {} } = session
    if (!hasKeys(session)) throw new AuthError('not_authenticated', 'Nobody is signed in with an API key: sign in first.')
    if (name in secrets) return { ...session, ...holding({ ...secrets, [name]: key }) }
    throw new AuthError('invalid_input', 'With several keys, and only then, name the destination of the one to replace.')
  })
}

/** An API key as its server describes it, this once with the key itself. */
export interface CreatedApiKey {
  readonly id: string
  readonly name: string
  /** Will not be shown again. */
  readonly key: string
  readonly scopes: readonly string[]
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** What {@link createApiKey} asks for. */
export interface CreateApiKeyOptions {
  /** Takes `POST` with `{"name","scopes"}` as JSON: a path of this app's own origin, https, or http on localhost; without a query. */
  readonly url: string
  /** What people tell it from others by. Not empty, and without spaces around it. */
  readonly name: string
  /** What the key may do, in the server's words. */
  readonly scopes: readonly string[]
}

/**
 * Asks a server for a new API key.
 *
 * @param authedFetch The `fetch` of an auth whose person may have keys: usually not one that signs in with a key.
 * @throws AuthError `invalid_config`, `invalid_response`, `client_rejected` with `status` (401 and 403 too), a transient code, or what
 * `auth.fetch` throws. After `network` there may be a key that nobody knows.
 */
export async function createApiKey(authedFetch: AuthedFetch, options: CreateApiKeyOptions): Promise<CreatedApiKey> {
  const { url, ...asked } = checkOptions(options, 'createApiKey', ['url', 'name', 'scopes'])
  const body = ownMembers(asked)
  checkText(body.name, 'name')
  if (!Array.isArray(body.scopes) || !body.scopes.every(isText)) throw configError('scopes', 'expected a list of scopes.')
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  const response = await send(authedFetch, checkEndpoint(url), { method: 'POST', headers, body: JSON.stringify(body) })
  const { id, name, key, scopes, created_at: created } = membersOf(await readJson(response))
  const createdAt = parseInstant(created)
  if (isText(id) && isText(name) && isToken(key) && Array.isArray(scopes) && scopes.every(isText) && createdAt !== null) {
    return { id, name, key, scopes, createdAt }
  }
  throw new AuthError('invalid_response', 'The answer is no API key: { id, name, key, scopes, created_at }.', { status: response.status })
}

/**
 * Asks a server to delete an API key, by `DELETE` of `url` and its id.
 *
 * @throws AuthError as {@link createApiKey}; with `status` 404 when there is no such key any more.
 */
export async function deleteApiKey(authedFetch: AuthedFetch, options: { readonly url: string; readonly id: string }): Promise<void> {
  const { url, id } = checkOptions(options, 'deleteApiKey', ['url', 'id'])
  // A path that ends with dots is another path, and half of a character cannot be in an address.
  if (/^\.{1,2}$|\p{Cs}/u.test(checkText(id, 'id'))) throw configError('id', 'expected an id.')
  await send(authedFetch, `${checkEndpoint(url).replace(/\/+$/, '')}/${encodeURIComponent(id)}`, { method: 'DELETE' })
}

function checkEndpoint(url: string): string {
  checkPathOrUrl(url, 'url')
  if (url.includes('?')) throw configError('url', 'no query may be in it.')
  return url
}

async function send(authedFetch: AuthedFetch, url: string, init: RequestInit): Promise<Response> {
  if (typeof authedFetch !== 'function') throw configError('fetch', 'expected the fetch of an auth.')
  const response = await authedFetch(url, { cache: 'no-store', ...init }).catch((cause: unknown) => {
    throw toAuthError(cause, 'network', 'No answer: whether it was done is not known. Look before you try again.')
  })
  if (!response.ok) throw await tokenError(response, systemClock.now().wallAt)
  return response
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function checkKeys(input: unknown): Keys {
  const { key, keys } = membersOf(input)
  const several = Object.entries(membersOf(keys))
  if ((key === undefined) === (several.length === 0)) throw new AuthError('invalid_input', 'login() takes { key }, or { keys } by destination.')
  if (key !== undefined) return { [single]: checkKey(key) }
  const named = several.map(([destination, each]) => [checkName(destination), checkKey(each)] as const)
  if (new Set(named.map(([name]) => name)).size < named.length) throw new AuthError('invalid_input', 'Two keys are for one destination: leave one out.')
  return Object.fromEntries(named)
}

function checkKey(key: unknown): string {
  const text = readPasted(key)
  if (text === null) throw new AuthError('invalid_input', 'A key is printable ASCII without spaces.')
  return text
}

/** A destination in the one way to write it. */
function checkName(destination: string): string {
  try {
    return checkDestination(destination, 'keys').href
  } catch (cause) {
    throw new AuthError('invalid_input', 'Each of several keys is named by an origin, perhaps with a path: https, or http on localhost.', { cause })
  }
}

/** Of several keys, the first is what `getAccessToken()` gives. */
function holding(keys: Keys): Pick<Session<ApiKeyUser>, 'accessToken' | 'secrets' | 'user'> {
  const [first = ''] = Object.values(keys)
  const hints = Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, hintOf(key)]))
  return { accessToken: first, secrets: keys, user: { hint: hintOf(first), ...(!(single in keys) && { hints }) } }
}

/** Appended as text: setting a parameter would spell the rest of the query anew. */
function withParameter(url: URL, name: string, value: string): string {
  const copy = new URL(url)
  const pair = new URLSearchParams({ [name]: value }).toString()
  copy.search = copy.search === '' ? pair : `${copy.search}&${pair}`
  return copy.href
}

/** The URL of a request cannot be changed: the rest is carried over to another. Its body is read whole. */
async function withUrl(request: Request, url: string): Promise<Request> {
  const { method, headers, mode, credentials, cache, redirect, integrity, keepalive, signal } = request
  const bytes = await readBody(request)
  const body = bytes.byteLength === 0 ? null : bytes
  return new Request(url, { method, headers, body, mode, credentials, cache, redirect, integrity, keepalive, signal, referrerPolicy: 'no-referrer' })
}

/** Reading by itself heeds no signal, and a stream may never end. */
function readBody(request: Request): Promise<ArrayBuffer> {
  const { signal } = request
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    signal.addEventListener('abort', () => reject(signal.reason))
    request.arrayBuffer().then(resolve, reject)
  })
}
