import type { RecordActivity } from '../activityLog.ts'
import { authenticate } from '../authenticate.ts'
import type { Html } from '../pages/html.ts'
import { loginPage } from '../pages/loginPage.ts'
import { userByEmail, type User } from '../users.ts'
import { formField, type FormFields } from './formField.ts'

/** A sign-in page that came back. */
export interface SignInForm {
  /** Path of the page, which its form goes back to. */
  readonly action: string
  readonly form: FormFields
  /** Client that the person signs in for. */
  readonly where: string
  readonly record: RecordActivity
}

/** Who signed in, the page that asks again, or `cancelled`. */
export type SignInOutcome = { readonly user: User } | { readonly page: Html } | 'cancelled'

/** What a person made of the sign-in page: a wrong password gives the page again. */
export function answerSignInForm({ action, form, where, record }: SignInForm): SignInOutcome {
  const email = formField(form, 'email')
  if (formField(form, 'decision') === 'cancel') {
    record({ action: 'sign in', where, outcome: 'cancelled' })
    return 'cancelled'
  }
  const user = authenticate(email, formField(form, 'password'))
  if (user === undefined) {
    // What was typed stays out of the log unless it is a known address: it may be a password in the wrong field.
    record({ action: 'sign in', user: userByEmail(email)?.sub, where, outcome: 'wrong email or password' })
    return { page: loginPage({ action, email, alert: 'Wrong email or password.' }) }
  }
  record({ action: 'sign in', user: user.sub, where, outcome: 'ok' })
  return { user }
}
