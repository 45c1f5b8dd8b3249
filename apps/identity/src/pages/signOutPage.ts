import { html, raw } from 'hono/html'
import type { Html } from './html.ts'
import { pageShell } from './pageShell.ts'
import { submitScript } from './submitScript.ts'

/** What the sign-out page shows. */
export interface SignOutPageOptions {
  /** URL the form goes to. */
  readonly action: string
  /** Proves that the form came from this page. */
  readonly xsrf: string
  /** Who is signed in. */
  readonly email: string | undefined
  /** Who sent the person here. */
  readonly clientName: string | undefined
  /** Whether to ask first, or to sign out at once. */
  readonly ask: boolean
}

/** Signs the person out of this server (OpenID Connect RP-Initiated Logout §2). */
export function signOutPage(options: SignOutPageOptions): Html {
  return options.ask ? askPage(options) : atOncePage(options)
}

function askPage({ action, xsrf, email, clientName }: SignOutPageOptions): Html {
  return pageShell({
    heading: 'Sign out?',
    content: html`
      <p class="lead">
        ${clientName === undefined ? 'An app' : html`<strong>${clientName}</strong>`} asks to end the session of
        <strong>${email}</strong> on this server.
      </p>
      <form method="post" action="${action}">
        <input type="hidden" name="xsrf" value="${xsrf}">
        <div class="actions">
          <button name="logout" value="yes">Sign out</button>
          <button class="quiet">Stay signed in</button>
        </div>
      </form>
    `,
  })
}

function atOncePage({ action, xsrf }: SignOutPageOptions): Html {
  return pageShell({
    heading: 'Signing out',
    content: html`
      <p class="lead">This takes a moment.</p>
      <form method="post" action="${action}">
        <input type="hidden" name="xsrf" value="${xsrf}">
        <input type="hidden" name="logout" value="yes">
        <noscript><div class="actions"><button>Sign out</button></div></noscript>
      </form>
      <script>${raw(submitScript)}</script>
    `,
  })
}
