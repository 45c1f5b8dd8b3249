import type { ReactNode } from 'react'

/** What to try, each with what should come of it. */
const sights: readonly { readonly what: string; readonly how: string }[] = [
  { what: 'Renewal ahead of time', how: 'Let tokens live for 8 seconds: a new one comes every 6.' },
  { what: 'A reload', how: 'Tokens in memory are gone, tokens in the session storage are still there.' },
  { what: 'A refusal that is no failure', how: 'Sign in as Bob and call the admin API: 403, and Bob stays signed in.' },
  { what: 'A lost connection', how: 'Go offline: the session waits, and picks up when you are back.' },
  { what: 'A change of mind', how: 'Cancel at the identity server, refuse consent, close the window, or mistype the password.' },
  { what: 'A window of its own', how: 'Sign in by popup: this page stays where it is, and the window closes.' },
  { what: 'Revocation', how: 'Revoke a token at the server: the next call gets 401, and the session ends and says why.' },
  { what: 'Rotation', how: 'Replace an API key under a session in use: no call fails, and the old key is gone.' },
  { what: 'A token that works once', how: 'Open a page with one in its address: it is gone from there at once.' },
  { what: 'Two tabs and one session', how: 'Open a session in another tab: they refresh it in turns, and leave it together.' },
  { what: 'Two tabs and a cookie', how: 'Sign in as somebody else in a second tab: the first shows it at once.' },
  { what: 'Two sessions on one page', how: 'Sign one out: the other does not notice.' },
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
