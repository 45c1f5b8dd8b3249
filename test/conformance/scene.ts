import { randomBytes } from 'node:crypto'
import { createBinding, type Binding } from './binding.ts'
import { createGrants, type Grants } from './grants.ts'
import { createSigning, type Keys, type Signing } from './keys.ts'
import type { Changes, Served } from './module.ts'
import type { Endpoint, Received } from './received.ts'

/** A request, and what it was for. */
export interface Seen extends Received {
  readonly endpoint: Endpoint
}

/** A module that is being played. */
export interface Scene {
  readonly endpointOf: (path: string) => Endpoint | undefined
  readonly answer: (request: Received) => Promise<Response>
  /** All requests so far, in order. */
  readonly seen: readonly Seen[]
  /** What no client may do in any module. */
  readonly complaints: readonly string[]
  /** Tokens that were issued, in order. */
  readonly issued: Grants['issued']
  /** What is known of the person, as texts that a page shows. */
  readonly facts: readonly string[]
  readonly rotateKeys: () => void
}

export interface Surroundings {
  readonly origin: string
  /** Of the app: people come back to it and below it. */
  readonly page: string
  readonly keys: Keys
}

/** What each request handler has at hand. */
interface Desk extends Surroundings {
  readonly served: Served
  readonly signing: Signing
  readonly grants: Grants
  /** `null`: tokens are bound to no key. */
  readonly binding: Binding | null
  /** The address of an endpoint. */
  readonly at: (endpoint: Endpoint) => string
  readonly complain: (complaint: string) => void
}

/** Where UserInfo and the API are. The demo asks there too, so they do not move about. */
const fixedPaths = { userinfo: '/v1/userinfo', resource: '/v1/resources' }

export function createScene(served: Served, surroundings: Surroundings): Scene {
  const { origin, keys } = surroundings
  // Other paths each time: what is not read from the metadata is not found.
  const base = `/${randomBytes(6).toString('hex')}`
  const paths: Readonly<Record<Endpoint, string>> = {
    metadata: '/.well-known/openid-configuration',
    pushed: `${base}/push`,
    authorization: `${base}/authorize`,
    token: `${base}/token`,
    keys: `${base}/keys`,
    revocation: `${base}/revoke`,
    end_session: `${base}/logout`,
    ...fixedPaths,
  }
  const seen: Seen[] = []
  const complaints: string[] = []
  const complain = (complaint: string): void => void complaints.push(complaint)
  const signing = createSigning(keys, served)
  const grants = createGrants({ served, signing, issuer: origin, complain })
  const binding = served.bound === undefined ? null : createBinding({ bound: served.bound, grants, complain })
  const desk: Desk = { ...surroundings, served, signing, grants, binding, complain, at: (endpoint) => origin + paths[endpoint] }

  const endpointOf = (path: string): Endpoint | undefined => {
    const { pathname } = new URL(path, origin)
    return (Object.keys(paths) as Endpoint[]).find((endpoint) => paths[endpoint] === pathname)
  }
  return {
    endpointOf,
    async answer(request) {
      const endpoint = endpointOf(request.url.pathname)
      if (grants.isNamedIn(request.url.search)) complain(`a token in an address: ${request.url.pathname}`)
      if (endpoint === undefined) return notHere()
      seen.push({ ...request, endpoint })
      return handlers[endpoint](request, desk)
    },
    seen,
    complaints,
    issued: grants.issued,
    facts: grants.facts,
    rotateKeys: () => signing.rotate(),
  }
}

const handlers: Readonly<Record<Endpoint, (request: Received, desk: Desk) => Response | Promise<Response>>> = {
  metadata: (_, { origin, served, binding, at }) =>
    Response.json({
      issuer: origin,
      authorization_endpoint: at('authorization'),
      token_endpoint: at('token'),
      jwks_uri: at('keys'),
      userinfo_endpoint: at('userinfo'),
      revocation_endpoint: at('revocation'),
      end_session_endpoint: at('end_session'),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      ...(binding !== null && {
        pushed_authorization_request_endpoint: at('pushed'),
        require_pushed_authorization_requests: true,
        dpop_signing_alg_values_supported: ['ES256'],
      }),
      ...served.metadata,
    }),
  pushed: (request, { binding }) => (request.method === 'POST' && binding?.push(request)) || notHere(),
  authorization: ({ url }, { origin, page, served, grants, binding, complain }) => {
    const sent = Object.fromEntries(url.searchParams)
    const asked = binding?.pushed(sent) ?? sent
    if (asked['redirect_uri'] !== `${page}/callback`) complain(`people would come back to ${asked['redirect_uri']}`)
    const code = grants.issueCode(asked)
    return leaveFor(asked['redirect_uri'] ?? '', { code, state: asked['state'], iss: origin, ...served.callback })
  },
  token: (request, { grants, binding }) => {
    if (request.method !== 'POST') return new Response(null, { status: 405 })
    return binding?.issueTokens(request) ?? grants.issueTokens(request.body)
  },
  keys: (_, { signing }) => Response.json({ keys: signing.publicKeys() }),
  userinfo: ({ authorization }, { grants }) => grants.tellOf(authorization),
  resource: (request, { binding }) => binding?.callApi(request) ?? notHere(),
  revocation: () => new Response(null, { status: 200 }),
  end_session: ({ url }, { page, served, complain, grants }) => {
    const asked = Object.fromEntries(url.searchParams)
    if (!grants.issued.idTokens.includes(asked['id_token_hint'] ?? '')) complain('a sign-out without the ID token')
    if (asked['post_logout_redirect_uri'] !== page) complain(`people would come back to ${asked['post_logout_redirect_uri']}`)
    return leaveFor(asked['post_logout_redirect_uri'] ?? '', { state: asked['state'], ...served.signedOut })
  },
}

function notHere(): Response {
  return new Response(null, { status: 404 })
}

function leaveFor(address: string, parameters: Changes): Response {
  const url = new URL(address)
  for (const [name, value] of Object.entries(parameters)) if (typeof value === 'string') url.searchParams.set(name, value)
  return new Response(null, { status: 302, headers: { location: url.href } })
}
