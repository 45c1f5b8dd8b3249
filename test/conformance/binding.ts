import { randomUUID } from 'node:crypto'
import type { Grants } from './grants.ts'
import type { Bound } from './module.ts'
import { createProofs, type Finding } from './proofs.ts'
import type { Received } from './received.ts'

type Parameters = Readonly<Record<string, string>>

/** What the provider and its API do for tokens that are bound to a key (RFC 9449). */
export interface Binding {
  /** Takes a pushed authorization request (RFC 9126 §2). */
  readonly push: (request: Received) => Promise<Response>
  /** What was pushed, for the address that somebody comes with: once (RFC 9126 §4). */
  readonly pushed: (sent: Parameters) => Parameters
  /** Takes a token request. */
  readonly issueTokens: (request: Received) => Promise<Response>
  /** Takes a call of the API. */
  readonly callApi: (request: Received) => Promise<Response>
}

interface BindingOptions {
  readonly bound: Bound
  readonly grants: Grants
  readonly complain: (complaint: string) => void
}

export function createBinding({ bound, grants, complain }: BindingOptions): Binding {
  const common = { isNonceWanted: bound.isNonceWanted, spent: new Set(), complain }
  const [atProvider, atApi] = [createProofs(common), createProofs(common)]
  const requests = new Map<string, Parameters>()
  const callApi = createApi({ bound, grants, complain })

  const withKey = async (request: Received, answer: (jkt: string) => Response | Promise<Response>): Promise<Response> => {
    const finding = await atProvider.check(request)
    return atProvider.putNonce('error' in finding ? Response.json(finding, { status: 400 }) : await answer(finding.jkt))
  }
  return {
    push: (request) =>
      withKey(request, (jkt) => {
        const asked = Object.fromEntries(request.body)
        if ((asked['dpop_jkt'] ?? jkt) !== jkt) complain('the dpop_jkt of another key')
        if (asked['request_uri'] !== undefined) complain('a request_uri that is pushed')
        const name = `urn:ietf:params:oauth:request_uri:${randomUUID()}`
        requests.set(name, { ...asked, dpop_jkt: jkt })
        return Response.json({ request_uri: name, expires_in: 60 }, { status: 201 })
      }),
    pushed({ request_uri: name = '', client_id: clientId, ...others }) {
      const asked = requests.get(name)
      requests.delete(name)
      if (asked === undefined || asked['client_id'] !== clientId) complain('an authorization request that was not pushed')
      if (Object.keys(others).length > 0) complain(`beside what was pushed: ${Object.keys(others).join(', ')}`)
      return asked ?? {}
    },
    issueTokens: (request) => withKey(request, (jkt) => grants.issueTokens(request.body, jkt)),
    async callApi(request) {
      const token = /^DPoP (\S+)$/i.exec(request.authorization ?? '')?.[1] ?? ''
      return atApi.putNonce(callApi(token, await atApi.check(request, token)))
    },
  }
}

/** The API behind its check of proofs. */
function createApi({ bound, grants, complain }: BindingOptions): (token: string, finding: Finding) => Response {
  const { scheme = 'DPoP', refusedCalls = [] } = bound
  const refused = new Set<string>()
  let [calls, answered] = [0, 0]

  const challenge = (error: string): Response =>
    Response.json({ error }, { status: 401, headers: { 'www-authenticate': `${scheme} algs="ES256", error="${error}"` } })
  const refuse = (complaint: string): Response => {
    complain(complaint)
    return challenge('invalid_token')
  }
  return (token, finding) => {
    const jkt = grants.keyOf(token)
    if (jkt === undefined) return refuse('the API was called without an access token in the header that is bound to a key')
    if ('error' in finding) return challenge(finding.error)
    if (finding.jkt !== jkt) return refuse('the API was called with a proof of another key')
    if (refused.has(token)) return refuse('the API was called once more with a token that it refused')
    calls++
    if (!refusedCalls.includes(calls)) return Response.json({ call: ++answered })
    refused.add(token)
    return challenge('invalid_token')
  }
}
