import type { ReactNode } from 'react'
import type { Facts, SessionFacts } from '../facts/facts.ts'
import { formatTime } from './formatTime.ts'
import { reasonWords } from './words.ts'

/** Who is signed in, or why nobody is. */
export function SessionView({ facts }: { readonly facts: Facts }): ReactNode {
  const { session, lastSignOut, code } = facts
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- It scrolls, and nothing in it could have the focus.
    <div role="group" className="column session" aria-label="Session" tabIndex={0}>
      <h3>Session</h3>
      {session === null ? <p className="hint">{facts.status === 'loading' ? 'Not known yet.' : 'Nobody is signed in.'}</p> : <Person session={session} />}
      {code !== null && (
        <p className="notice" data-bad="true">
          Error <code>{code}</code>
        </p>
      )}
      {lastSignOut !== null && (
        <p className="notice">
          <strong>Why signed out</strong> {reasonWords[lastSignOut.reason]}{' '}
          <span className="hint">
            <code>{lastSignOut.code ?? lastSignOut.reason}</code> at {formatTime(lastSignOut.at)}
          </span>
        </p>
      )}
      {session !== null && <Claims claims={session.claims} />}
    </div>
  )
}

function Person({ session }: { readonly session: SessionFacts }): ReactNode {
  const { method, scopes } = session
  return (
    <dl className="facts">
      <div>
        <dt>Method</dt>
        <dd>{method}</dd>
      </div>
      <div>
        <dt>Scopes</dt>
        <dd>
          {scopes.length === 0 ? (
            'Not said'
          ) : (
            <ul className="scopes">
              {scopes.map((scope) => (
                <li key={scope}>{scope}</li>
              ))}
            </ul>
          )}
        </dd>
      </div>
    </dl>
  )
}

function Claims({ claims }: Pick<SessionFacts, 'claims'>): ReactNode {
  return (
    <table className="claims">
      <caption>Claims, as the app sees them</caption>
      <tbody>
        {claims.map(([name, text]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
