import { html } from 'hono/html'
import { sharedPassword, users } from '../users.ts'
import type { Html } from './html.ts'
import { pageShell } from './pageShell.ts'

/** What the sign-in page shows. */
export interface LoginPageOptions {
  /** Path the form goes to. */
  readonly action: string
  /** Fills the e-mail field: a hint of the client, or what was typed before. */
  readonly email: string
  /** What was wrong with the last try. */
  readonly alert?: string | undefined
}

/** Asks for e-mail and password. The first empty field has the focus, and the password after a wrong try. */
export function loginPage({ action, email, alert }: LoginPageOptions): Html {
  const invalid = alert === undefined ? '' : html` aria-invalid="true" aria-describedby="alert"`
  const [emailFocus, passwordFocus] = email === '' ? [html` autofocus`, ''] : ['', html` autofocus`]
  return pageShell({
    heading: 'Sign in',
    content: html`
      <p class="lead">to continue to the Tessera demo</p>
      <form method="post" action="${action}">
        ${alert === undefined ? '' : html`<p class="alert" id="alert" role="alert">${alert}</p>`}
        <div class="field">
          <label for="email">Email</label>
          <input id="email" name="email" type="email" autocomplete="username" autocapitalize="none" spellcheck="false"
            required value="${email}"${invalid}${emailFocus}>
        </div>
        <div class="field">
          <label for="password">Password</label>
          <input id="password" name="password" type="password" autocomplete="current-password"
            required${invalid}${passwordFocus}>
        </div>
        <div class="actions">
          <button name="decision" value="sign-in">Sign in</button>
          <button class="quiet" name="decision" value="cancel" formnovalidate>Cancel</button>
        </div>
      </form>
      ${testUsers()}
    `,
  })
}

function testUsers(): Html {
  const [first, second] = users.map((user) => html`<code>${user.email}</code>`)
  return html`<p class="note">
    Test users: ${first} (may read and write) and ${second} (may only read). Password of both:
    <code>${sharedPassword}</code>
  </p>`
}
