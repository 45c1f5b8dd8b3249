import { useAuth } from '@tessera-auth/react'
import { useId, type ReactNode } from 'react'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { usePayment } from './usePayment.ts'

interface PayPanelProps {
  readonly auth: DemoAuth
  readonly presentation: 'redirect' | 'popup'
}

const about = 'Paying needs a right that signing in did not ask for, and a large sum a sign-in of the last half minute. The API says so, and the sign-in is stepped up.'

/** Something that needs more than being signed in. */
export function PayPanel({ auth, presentation }: PayPanelProps): ReactNode {
  const headingId = useId()
  const isPossible = useAuth(({ isAuthenticated, pending }) => isAuthenticated && pending === null)
  const [words, pay] = usePayment({ auth, presentation })
  return (
    <section className="panel" aria-labelledby={headingId}>
      <h2 id={headingId}>Step-up</h2>
      <p className="hint">{about}</p>
      <div className="actions">
        {[20, 500].map((amount) => (
          <button key={amount} type="button" disabled={!isPossible} onClick={() => void pay({ amount })}>
            Pay {amount}
          </button>
        ))}
      </div>
      <p aria-live="polite" data-testid="payment">
        {words ?? 'Nothing paid yet.'}
      </p>
    </section>
  )
}
