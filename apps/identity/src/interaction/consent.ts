import { errors } from 'oidc-provider'
import { consentPage } from '../pages/consentPage.ts'
import type { Html } from '../pages/html.ts'
import { openidScopes, splitScope } from '../scopes.ts'
import { userBySub, type User } from '../users.ts'
import { formField } from './formField.ts'
import { judgeScopes } from './judgeScopes.ts'
import { parameter, refusal, type Answer, type Step } from './step.ts'

/** The page that asks whether the client gets what it asks for. */
export async function showConsent(step: Step): Promise<Html> {
  const { name, email } = userOf(step)
  const { openid, allowed, refused } = requestedScopes(step)
  const client = await step.provider.Client.find(parameter(step, 'client_id'))
  return consentPage({
    action: step.action,
    clientName: client?.clientName ?? 'An app',
    name,
    email,
    offered: [...openid, ...allowed],
    refused,
  })
}

/** Widens the grant of the client by all it asks for, or ends the sign-in on Deny. */
export async function answerConsent(step: Step): Promise<Answer> {
  const { sub } = userOf(step)
  const { record } = step.context
  const where = parameter(step, 'client_id')
  if (formField(step.form, 'decision') !== 'allow') {
    record({ action: 'consent', user: sub, where, outcome: 'denied' })
    return refusal('The person denied access.')
  }
  const grantId = await saveGrant(step, sub)
  record({ action: 'consent', user: sub, where, outcome: 'allowed' })
  return { result: { consent: { grantId } } }
}

async function saveGrant(step: Step, accountId: string): Promise<string> {
  const { provider, interaction, context } = step
  const { openid, allowed, refused } = requestedScopes(step)
  const earlier = interaction.grantId === undefined ? undefined : await provider.Grant.find(interaction.grantId)
  const grant = earlier ?? new provider.Grant({ accountId, clientId: parameter(step, 'client_id') })
  if (openid.length > 0) grant.addOIDCScope(openid)
  if (allowed.length > 0) grant.addResourceScope(context.resource, [...allowed])
  // A scope that is neither granted nor rejected would be asked for again and again.
  if (refused.length > 0) grant.rejectResourceScope(context.resource, [...refused])
  return grant.save()
}

function requestedScopes(step: Step) {
  const requested = splitScope(parameter(step, 'scope'))
  const openid = openidScopes.filter((scope) => requested.includes(scope))
  return { openid, ...judgeScopes(requested, userOf(step)) }
}

function userOf({ interaction }: Step): User {
  const user = userBySub(interaction.session?.accountId ?? '')
  if (user === undefined) throw new errors.SessionNotFound('nobody is signed in')
  return user
}
