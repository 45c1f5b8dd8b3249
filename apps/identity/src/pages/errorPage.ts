import { html } from 'hono/html'
import type { Html } from './html.ts'
import { pageShell } from './pageShell.ts'

/** What the error page shows. */
export interface ErrorPageOptions {
  readonly demoOrigin: string
  /** Error code (RFC 6749 §4.1.2.1), such as `invalid_request`. */
  readonly code: string
  readonly description?: string | undefined
}

/** Tells about an error that cannot be told to the client. */
export function errorPage({ demoOrigin, code, description }: ErrorPageOptions): Html {
  return pageShell({
    heading: 'That did not work',
    content: html`
      <p class="lead">The request could not be completed. Start again from the demo.</p>
      <dl>
        <dt>Error</dt>
        <dd><code>${code}</code></dd>
        ${description === undefined ? '' : html`<dt>Reason</dt><dd>${description}</dd>`}
      </dl>
      <p><a href="${demoOrigin}">Go to the demo</a></p>
    `,
  })
}
