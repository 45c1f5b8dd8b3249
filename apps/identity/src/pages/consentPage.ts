import { html } from 'hono/html'
import type { ApiScope, OpenidScope } from '../scopes.ts'
import type { Html } from './html.ts'
import { pageShell } from './pageShell.ts'

/** What the consent page shows. */
export interface ConsentPageOptions {
  /** Path the form goes to. */
  readonly action: string
  readonly clientName: string
  /** Who is signed in. */
  readonly name: string
  readonly email: string
  /** Scopes that are granted by Allow. */
  readonly offered: readonly (OpenidScope | ApiScope)[]
  /** Scopes that were asked for and that this person does not have. */
  readonly refused: readonly ApiScope[]
}

const words: Readonly<Record<OpenidScope | ApiScope, string>> = {
  openid: 'Know that it is you',
  profile: 'See your name',
  email: 'See your email address',
  phone: 'See your phone number',
  address: 'See your postal address',
  offline_access: 'Keep access while you are away',
  'read:resources': 'Read your resources',
  'write:resources': 'Add and change resources',
  payments: 'Pay with your money',
}

/** Asks whether the client gets what it asks for (OpenID Connect Core §3.1.2.4). */
export function consentPage({ action, clientName, name, email, offered, refused }: ConsentPageOptions): Html {
  return pageShell({
    heading: 'Allow access?',
    content: html`
      <p class="lead"><strong>${clientName}</strong> asks <strong>${name}</strong> (${email}) to let it:</p>
      <ul>
        ${offered.map((scope) => html`<li>${words[scope]}</li>`)}
        ${refused.map((scope) => html`<li class="refused">${words[scope]} (not available)</li>`)}
      </ul>
      ${refused.length === 0 ? '' : refusal(name, refused)}
      <form method="post" action="${action}">
        <div class="actions">
          <button name="decision" value="allow">Allow</button>
          <button class="quiet" name="decision" value="deny">Deny</button>
        </div>
      </form>
    `,
  })
}

const refusedWords: Readonly<Partial<Record<ApiScope, string>>> = { 'write:resources': 'change resources', payments: 'pay' }

function refusal(name: string, refused: readonly ApiScope[]): Html {
  const what = refused.flatMap((scope) => refusedWords[scope] ?? []).join(' or ')
  return html`<p class="note">${name} may not ${what}, so that stays refused even when you allow the rest.</p>`
}
