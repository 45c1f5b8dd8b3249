import { readStepUp } from '@tessera-auth/core'
import { useAuth, useAuthedFetch } from '@tessera-auth/react'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { identityOrigin } from '../identityOrigin.ts'
import { errorWords } from '../words/errorWords.ts'
import { waitingPayment, type Payment } from './waitingPayment.ts'

interface PaymentOptions {
  readonly auth: DemoAuth
  readonly presentation: 'redirect' | 'popup'
}

/** Paying, by whatever the API asks for first: what came of it in words, and how to pay. */
export function usePayment({ auth, presentation }: PaymentOptions): [string | null, (payment: Payment) => Promise<void>] {
  const [words, setWords] = useState<string | null>(null)
  const isSignedIn = useAuth(({ isAuthenticated }) => isAuthenticated)
  const stepUp = useAuth((view) => view.stepUp)
  const authedFetch = useAuthedFetch()
  const hasLooked = useRef(false)

  const send = useCallback(
    (payment: Payment): Promise<Response> =>
      authedFetch(`${identityOrigin}/v1/payments`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(payment) }),
    [authedFetch],
  )

  const pay = async (payment: Payment): Promise<void> => {
    setWords('Paying…')
    try {
      const first = await send(payment)
      const challenge = readStepUp(first)
      if (challenge === null) return setWords(paymentWords(first, payment))
      setWords(challenge.scope.length > 0 ? 'The API wants a right that you have not given yet…' : 'The API wants you to sign in once more…')
      waitingPayment.keep(payment)
      await stepUp(challenge, { presentation })
      // Away to the identity server: the page that comes back goes on.
      if (auth.store.getState().pending !== null) return
      waitingPayment.take()
      setWords(paymentWords(await send(payment), payment))
    } catch (error) {
      waitingPayment.take()
      setWords(errorWords(error))
    }
  }

  useEffect(() => {
    if (!isSignedIn || hasLooked.current) return
    hasLooked.current = true
    const payment = waitingPayment.take()
    if (payment === null) return
    // What is refused now is for the person to try again.
    void send(payment).then((response) => setWords(paymentWords(response, payment)), (error: unknown) => setWords(errorWords(error)))
  }, [isSignedIn, send])

  return [words, pay]
}

function paymentWords({ status }: Response, { amount }: Payment): string {
  return status === 201 ? `Paid ${amount}.` : `Not paid ${amount}: the API answered ${status}.`
}
