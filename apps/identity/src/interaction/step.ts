import type { InteractionResults, Provider } from 'oidc-provider'
import type { Html } from '../pages/html.ts'
import type { ServerContext } from '../serverContext.ts'
import type { FormFields } from './formField.ts'

/** A sign-in that waits for a person, as oidc-provider keeps it. */
export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** One step of a sign-in: asking who the person is, or what the client may do. */
export interface Step {
  readonly context: ServerContext
  readonly provider: Provider
  readonly interaction: Interaction
  /** Path of the page, which its form goes back to. */
  readonly action: string
  /** What the person sent; empty when the page is shown first. */
  readonly form: FormFields
}

/** What follows on a form: the next page, or a result that ends the step. */
export type Answer = { readonly page: Html } | { readonly result: InteractionResults }

/** A parameter of the authorization request (RFC 6749 §4.1.1), empty when it is missing. */
export function parameter({ interaction }: Step, name: string): string {
  const value = interaction.params[name]
  return typeof value === 'string' ? value : ''
}

/** The end of a step in which the person said no (RFC 6749 §4.1.2.1). */
export function refusal(description: string): Answer {
  return { result: { error: 'access_denied', error_description: description } }
}
