import type { ReactNode } from 'react'

/** What to try, each with what should come of it. */
const sights: readonly { readonly what: string; readonly how: string }[] = [
  { what: 'Renewal ahead of time', how: 'Let tokens live for 8 seconds: a new one comes every 6.' },
  { what: 'A reload', how: 'Tokens in memory are gone, tokens in the session storage are still there.' },
  { what: 'A refusal that is no failure', how: 'Sign in as Bob and call the admin API: 403, and Bob stays signed in.' },
  { what: 'A lost connection', how: 'Go offline: the session waits, and picks up when you are back.' },
  { what: 'A change of mind', how: 'Cancel at the identity server, refuse consent, or mistype the password.' },
  { what: 'All of it in writing', how: 'Every event is in a log, also across the redirect. Tokens never are.' },
]

/** What can be watched here. */
export function Watchlist(): ReactNode {
  return (
    <section aria-labelledby="watch">
      <h2 id="watch">What you can watch</h2>
      <dl className="watchlist">
        {sights.map(({ what, how }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{how}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
