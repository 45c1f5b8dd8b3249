import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { methods } from '../methods/methods.ts'

/** A card for each method, in the order of their list. */
export function MethodCards(): ReactNode {
  return (
    <section aria-labelledby="methods">
      <h2 id="methods">Choose a method</h2>
      <ul className="cards">
        {methods.map(({ path, name, summary }) => (
          <li key={path} className="card">
            <h3>
              <Link to={path}>{name}</Link>
            </h3>
            <p>{summary}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}
