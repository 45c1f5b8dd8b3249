import { randomBytes } from 'node:crypto'
import { hashOf, proofOf, type Proof } from '../../packages/core/test/boundServers.ts'
import type { Received } from './received.ts'

/** The thumbprint of the key of a good proof, or the error to answer with. */
export type Finding = { readonly jkt: string } | { readonly error: 'use_dpop_nonce' | 'invalid_dpop_proof' }

/** Checks the proofs that one server is sent (RFC 9449 §4.3). */
export interface Proofs {
  /** With an access token, the proof has to be for that too. */
  readonly check: (request: Received, token?: string) => Promise<Finding>
  /** Gives an answer the nonce that the next proof has to have, if this server wants any. */
  readonly putNonce: (answer: Response) => Response
}

interface ProofOptions {
  readonly isNonceWanted: boolean
  /** Ids of the proofs so far: each is good once, at whichever server. */
  readonly spent: Set<unknown>
  readonly complain: (complaint: string) => void
}

/** By how much the time of a proof may differ from now: the clock of the page is moved on at times. */
const toleranceS = 60

export function createProofs({ isNonceWanted, spent, complain }: ProofOptions): Proofs {
  let nonce: string | undefined

  const refuse = (...problems: readonly string[]): Finding => {
    for (const problem of problems) complain(`a proof that is refused: ${problem}`)
    return { error: 'invalid_dpop_proof' }
  }
  return {
    async check(request, token) {
      const read = await readProof(request)
      if (typeof read === 'string') return refuse(read)
      const { payload, jkt } = read
      const problems = [...problemsOf(payload, request), ...(payload['ath'] === (token && (await hashOf(token))) ? [] : ['it is for another token'])]
      if (spent.has(payload['jti'])) problems.push('it was used before')
      if (payload['nonce'] !== undefined && payload['nonce'] !== nonce) problems.push('its nonce is not the newest of this server')
      if (problems.length > 0) return refuse(...problems)
      spent.add(payload['jti'])
      return isNonceWanted && payload['nonce'] === undefined ? { error: 'use_dpop_nonce' } : { jkt }
    },
    putNonce(answer) {
      if (!isNonceWanted) return answer
      nonce = randomBytes(12).toString('base64url')
      answer.headers.set('dpop-nonce', nonce)
      return answer
    },
  }
}

/** Its type, its algorithm and its signature, by the public key in it; or what is wrong with them. */
async function readProof({ url, proof }: Received): Promise<Proof | string> {
  if (proof === undefined) return 'there is none'
  return proofOf(new Request(url, { headers: { dpop: proof } })).catch((error: unknown) => String(error))
}

function problemsOf({ htm, htu, iat, jti }: Proof['payload'], { method, url }: Received): string[] {
  const wanted = {
    'it is for another method': htm === method,
    'it is for another address': htu === url.origin + url.pathname,
    'it is of another time': typeof iat === 'number' && Math.abs(Date.now() / 1000 - iat) <= toleranceS,
    'it has no id': typeof jti === 'string' && jti !== '',
  }
  return Object.entries(wanted).flatMap(([problem, isSo]) => (isSo ? [] : [problem]))
}
