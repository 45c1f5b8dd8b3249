import { authenticate } from '../authenticate.ts'
import { loginPage } from '../pages/loginPage.ts'
import type { Html } from '../pages/html.ts'
import { userByEmail, userBySub } from '../users.ts'
import { field, parameter, refusal, type Answer, type Step } from './step.ts'

/** The sign-in page, filled with the address that the client or an earlier sign-in names. */
export function showLogin(step: Step): Html {
  const signedIn = userBySub(step.interaction.session?.accountId ?? '')
  return loginPage({ action: step.action, email: parameter(step, 'login_hint') || (signedIn?.email ?? '') })
}

/** Signs the person in, asks again after a wrong password, or ends the sign-in on Cancel. */
export function answerLogin(step: Step): Answer {
  const { record } = step.context
  const email = field(step, 'email')
  const where = parameter(step, 'client_id')
  if (field(step, 'decision') === 'cancel') {
    record({ action: 'sign in', where, outcome: 'cancelled' })
    return refusal('The person cancelled the sign-in.')
  }
  const user = authenticate(email, field(step, 'password'))
  if (user === undefined) {
    // What was typed stays out of the log unless it is a known address: it may be a password in the wrong field.
    record({ action: 'sign in', user: userByEmail(email)?.sub, where, outcome: 'wrong email or password' })
    return { page: loginPage({ action: step.action, email, alert: 'Wrong email or password.' }) }
  }
  record({ action: 'sign in', user: user.sub, where, outcome: 'ok' })
  return { result: { login: { accountId: user.sub } } }
}
