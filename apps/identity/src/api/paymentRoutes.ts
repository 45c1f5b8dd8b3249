import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { passwordAcr } from '../provider/passwordAcr.ts'
import { lackingSignIn } from './credential.ts'
import { readJsonObject } from './readJsonObject.ts'
import { requireScope, type Gate } from './requireCredential.ts'
import { answer, malformed } from './result.ts'

/** From here on, a payment needs a sign-in of just now. */
const largeAmount = 100

const maxAgeSeconds = 30

/** Paying: with a scope that no sign-in asks for (RFC 6750 §3.1), and a large sum soon after the person signed in alone (RFC 9470). */
export function paymentRoutes(gate: Gate): Hono {
  const routes = new Hono()
  routes.post('/', requireScope('payments', gate), async (c) => {
    const { amount } = await readJsonObject(c.req)
    if (typeof amount !== 'number' || !(amount > 0 && amount <= 1000)) return answer(c, malformed('amount must be a number of 1 to 1000.'))
    const credential = c.get('credential')
    const refusal = amount < largeAmount ? undefined : lackingSignIn(credential, passwordAcr, maxAgeSeconds)
    if (refusal !== undefined) return answer(c, refusal)
    return c.json({ id: randomUUID(), amount, subject: credential.principal.subject }, 201)
  })
  return routes
}
