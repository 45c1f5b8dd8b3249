import type { ReactNode } from 'react'
import { formatTime } from '../formatTime.ts'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { useClaims } from './useClaims.ts'

/** What the usual claims stand for (RFC 7519 §4.1, RFC 9068 §2.2), in the order in which they are shown. */
const meanings: ReadonlyMap<string, string> = new Map([
  ['iss', 'who issued it'],
  ['sub', 'whose it is'],
  ['aud', 'for which API'],
  ['client_id', 'for which app'],
  ['scope', 'what it allows'],
  ['iat', 'issued'],
  ['exp', 'expires'],
  ['jti', 'its own number'],
  ['name', 'full name'],
  ['email', 'email address'],
])

const order = [...meanings.keys()]

/** The claims in a fixed order, so that a refresh changes values and moves nothing. */
export function ClaimsTable({ auth }: { readonly auth: DemoAuth }): ReactNode {
  const known = useClaims(auth)
  const claims = Object.entries(known ?? {}).sort(([left], [right]) => rank(left) - rank(right))
  if (known !== null && claims.length === 0) return <p className="empty">What this session sends says nothing about itself.</p>
  return (
    <table aria-labelledby="claims-heading">
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Claim</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {claims.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">
              <code>{name}</code> <span className="claim-meaning">{meanings.get(name)}</span>
            </th>
            <td>{show(name, value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function rank(name: string): number {
  const place = order.indexOf(name)
  return place === -1 ? order.length : place
}

function show(name: string, value: unknown): string {
  const isTime = (name === 'iat' || name === 'exp') && typeof value === 'number'
  if (isTime) return `${value} (${formatTime(value * 1000)})`
  return typeof value === 'string' ? value : JSON.stringify(value)
}
