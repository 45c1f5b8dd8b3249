import { loginPage } from '../pages/loginPage.ts'
import type { Html } from '../pages/html.ts'
import { passwordAcr } from '../provider/passwordAcr.ts'
import { userBySub } from '../users.ts'
import { answerSignInForm } from './signInForm.ts'
import { parameter, refusal, type Answer, type Step } from './step.ts'

/** The sign-in page, filled with the address that the client or an earlier sign-in names. */
export function showLogin(step: Step): Html {
  const signedIn = userBySub(step.interaction.session?.accountId ?? '')
  return loginPage({ action: step.action, email: parameter(step, 'login_hint') || (signedIn?.email ?? '') })
}

/** Signs the person in, asks again after a wrong password, or ends the sign-in on Cancel. */
export function answerLogin(step: Step): Answer {
  const { action, form, context } = step
  const where = parameter(step, 'client_id')
  const outcome = answerSignInForm({ action, form, where, record: context.record })
  if (outcome === 'cancelled') return refusal('The person cancelled the sign-in.')
  if ('page' in outcome) return outcome
  return { result: { login: { accountId: outcome.user.sub, acr: passwordAcr } } }
}
