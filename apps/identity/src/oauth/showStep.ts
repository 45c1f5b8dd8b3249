import { judgeScopes } from '../interaction/judgeScopes.ts'
import { consentPage } from '../pages/consentPage.ts'
import type { Html } from '../pages/html.ts'
import { loginPage } from '../pages/loginPage.ts'
import type { PendingStep } from './createPendingSteps.ts'

/** The page of a step: who is it, or what may the client do. Its form goes to `action`. */
export function showStep({ request, user }: PendingStep, action: string): Html {
  if (user === undefined) return loginPage({ action, email: '' })
  const { allowed, refused } = judgeScopes(request.scopes, user)
  const { name, email } = user
  return consentPage({ action, clientName: request.client.name, name, email, offered: allowed, refused })
}
