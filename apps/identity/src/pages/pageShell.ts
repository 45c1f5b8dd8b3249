import { html, raw } from 'hono/html'
import type { Html } from './html.ts'
import { mosaic } from './mosaic.ts'
import { stylesheet } from './stylesheet.ts'

/** What differs from page to page. */
export interface PageContent {
  /** Heading of the page, and the start of its title. */
  readonly heading: string
  readonly content: Html
}

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
  "%3Cpath fill='%230f6b62' d='M1 1h6v6H1zM9 9h6v6H9z'/%3E" +
  "%3Cpath fill='%23d9a441' d='M9 1h6v6H9z'/%3E%3Cpath fill='%23c2603a' d='M1 9h6v6H1z'/%3E%3C/svg%3E"

/** The frame of every page: the mosaic, the name of the server and the content. */
export function pageShell({ heading, content }: PageContent): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${heading} · Tessera Identity</title>
        <link rel="icon" href="${icon}" />
        <style>${
          // The hash in the Content Security Policy is of the plain text. It holds no value from a request.
          raw(stylesheet)
        }</style>
      </head>
      <body>
        ${mosaic}
        <div class="side">
          <main>
            <p class="brand">Tessera Identity</p>
            <h1>${heading}</h1>
            ${content}
          </main>
          <footer>A local server for the Tessera demo. Everything stays on this computer.</footer>
        </div>
      </body>
    </html>`
}
