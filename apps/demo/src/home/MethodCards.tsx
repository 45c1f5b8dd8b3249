import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { chapters } from '../methods/chapters.ts'
import type { DemoPage } from '../methods/demoPage.ts'

/** A card for each page, chapter by chapter. */
export function MethodCards(): ReactNode {
  return (
    <section aria-labelledby="methods">
      <h2 id="methods">Choose a method</h2>
      {chapters.map(({ heading, about, pages }) => (
        <div key={heading} className="chapter">
          <h3>{heading}</h3>
          <p>{about}</p>
          <ul className="cards">
            {pages.map((page) => (
              <Card key={page.path} page={page} />
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}

function Card({ page: { path, name, summary, when } }: { readonly page: DemoPage }): ReactNode {
  return (
    <li className="card">
      <h4>
        <Link to={path}>{name}</Link>
      </h4>
      <p>{summary}</p>
      <p className="card-when">{when}</p>
    </li>
  )
}
