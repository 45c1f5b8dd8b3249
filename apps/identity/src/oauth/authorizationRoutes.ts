import { Hono, type Context } from 'hono'
import { failPage, stalePage } from '../pages/failPage.ts'
import { pageMiddleware } from '../pages/pageMiddleware.ts'
import { createAnswerStep } from './answerStep.ts'
import { createPendingSteps, type PendingStep, type PendingSteps } from './createPendingSteps.ts'
import type { OauthServer } from './oauthServer.ts'
import { readAuthorizationRequest } from './readAuthorizationRequest.ts'
import { redirectBack } from './redirectBack.ts'
import { showStep } from './showStep.ts'

/**
 * The authorization endpoint (RFC 6749 §3.1), and the pages that it leads to. Each page has an unguessable path that
 * works for one answer: that keeps other sites from sending these forms.
 */
export function authorizationRoutes({ context, clients, codes }: OauthServer): Hono {
  const { demoOrigin, record } = context
  const steps = createPendingSteps()
  const answerStep = createAnswerStep(codes, record)
  const routes = new Hono()

  /** Page headers belong to these paths alone: other routes share the prefix. */
  const page = pageMiddleware(demoOrigin)

  routes.on('GET', ['/authorize', '/authorization'], page, (c) => {
    const reading = readAuthorizationRequest(new URL(c.req.url).searchParams, clients)
    if ('request' in reading) return openStep(c, steps, { request: reading.request, user: undefined })
    const { error, description, returnTo } = reading
    record({ action: 'authorize', where: returnTo?.client.id ?? c.req.path, outcome: `${error}: ${description}` })
    if (returnTo === undefined) return failPage(c, demoOrigin, { status: 400, code: error, description })
    return c.redirect(redirectBack(returnTo, { error, error_description: description }), 303)
  })

  routes.get('/interaction/:token', page, (c) => {
    const step = steps.find(c.req.param('token'))
    return step === undefined ? failPage(c, demoOrigin, stalePage) : c.html(showStep(step, c.req.path))
  })

  routes.post('/interaction/:token', page, async (c) => {
    const fields = await c.req.parseBody()
    const token = c.req.param('token')
    const step = steps.find(token)
    if (step === undefined) return failPage(c, demoOrigin, stalePage)
    const answer = answerStep(step, { action: c.req.path, fields })
    if ('page' in answer) return c.html(answer.page)
    steps.end(token)
    return 'next' in answer ? openStep(c, steps, answer.next) : c.redirect(answer.location, 303)
  })

  routes.onError((error, c) => {
    record({ action: 'server error', where: '/oauth', outcome: error.message })
    return failPage(c, demoOrigin, { status: 500, code: 'server_error' })
  })
  return routes
}

function openStep(c: Context, steps: PendingSteps, step: PendingStep): Response {
  return c.redirect(`/oauth/interaction/${steps.start(step)}`, 303)
}
