import type { ReactNode } from 'react'
import { Mosaic } from '../shell/Mosaic.tsx'
import { MethodCards } from './MethodCards.tsx'
import { TestUsers } from './TestUsers.tsx'
import { Watchlist } from './Watchlist.tsx'

/** What this is, what there is to see, and where. */
export function HomePage(): ReactNode {
  return (
    <>
      <title>Tessera demo</title>
      <section className="hero">
        <div className="hero-text">
          <h1>Watch a session stay alive</h1>
          <p className="lead">
            Tessera is a TypeScript library that keeps a person signed in to a single-page app: it signs in, renews
            tokens before they run out, and sends them only where you allow.
          </p>
          <p>
            This demo runs it against a real OpenID server on your computer; nothing is simulated. Tessera decides what
            the screen shows. What must be protected, a server still has to protect.
          </p>
        </div>
        <Mosaic />
      </section>
      <article className="page home">
        <MethodCards />
        <Watchlist />
        <TestUsers />
      </article>
    </>
  )
}
