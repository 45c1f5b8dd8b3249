import type { RecordActivity } from '../activityLog.ts'
import { formField, type FormFields } from '../interaction/formField.ts'
import { judgeScopes } from '../interaction/judgeScopes.ts'
import { answerSignInForm } from '../interaction/signInForm.ts'
import type { Html } from '../pages/html.ts'
import type { User } from '../users.ts'
import type { AuthorizationCodes } from './createAuthorizationCodes.ts'
import type { PendingStep } from './createPendingSteps.ts'
import type { AuthorizationRequest } from './readAuthorizationRequest.ts'
import { redirectBack } from './redirectBack.ts'

/** A form that a person sent. */
export interface StepForm {
  /** Path of the page, which its form goes back to. */
  readonly action: string
  readonly fields: FormFields
}

/** What follows on a form: the page again, the next step, or an address of the client. */
export type StepAnswer = { readonly page: Html } | { readonly next: PendingStep } | { readonly location: string }

/** Answers the forms of the steps. */
export type AnswerStep = (step: PendingStep, form: StepForm) => StepAnswer

/** Signs people in, asks for their consent, and gives a code for it. */
export function createAnswerStep(codes: AuthorizationCodes, record: RecordActivity): AnswerStep {
  function answerConsent(request: AuthorizationRequest, user: User, fields: FormFields): StepAnswer {
    const { client, challenge, scopes } = request
    const note = (action: string, outcome: string) => record({ action, user: user.sub, where: client.id, outcome })
    const isAllowed = formField(fields, 'decision') === 'allow'
    note('consent', isAllowed ? 'allowed' : 'denied')
    const { allowed: apiScopes } = judgeScopes(scopes, user)
    // With nothing that this person could give, Allow gives nothing.
    if (!isAllowed || apiScopes.length === 0) return accessDenied(request)
    const code = codes.issue({ clientId: client.id, user: { ...user, apiScopes }, challenge })
    note('authorize', 'code issued')
    return { location: redirectBack(request, { code }) }
  }

  return ({ request, user }, { action, fields }) => {
    if (user !== undefined) return answerConsent(request, user, fields)
    const outcome = answerSignInForm({ action, form: fields, where: request.client.id, record })
    if (outcome === 'cancelled') return accessDenied(request)
    return 'page' in outcome ? outcome : { next: { request, user: outcome.user } }
  }
}

/** The person said no (RFC 6749 §4.1.2.1). */
function accessDenied(request: AuthorizationRequest): StepAnswer {
  return { location: redirectBack(request, { error: 'access_denied' }) }
}
