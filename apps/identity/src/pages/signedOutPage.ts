import { html } from 'hono/html'
import type { Html } from './html.ts'
import { pageShell } from './pageShell.ts'

/** What the page at the end of a sign-out shows. */
export interface SignedOutPageOptions {
  readonly demoOrigin: string
  /** Name of the client that lost its access, when the person chose to stay signed in here. */
  readonly keptSessionOf: string | undefined
}

/** Tells how a sign-out ended that names no address to return to. */
export function signedOutPage({ demoOrigin, keptSessionOf }: SignedOutPageOptions): Html {
  const lead =
    keptSessionOf === undefined
      ? 'Your session on this server has ended.'
      : `${keptSessionOf} no longer has access. Your session on this server goes on.`
  return pageShell({
    heading: keptSessionOf === undefined ? 'You are signed out' : 'Still signed in',
    content: html`
      <p class="lead">${lead}</p>
      <p><a href="${demoOrigin}">Go to the demo</a></p>
    `,
  })
}
