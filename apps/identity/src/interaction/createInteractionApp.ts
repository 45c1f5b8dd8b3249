import type { HttpBindings } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { errors, type Provider } from 'oidc-provider'
import { failPage, stalePage, type PageFailure } from '../pages/failPage.ts'
import { pageMiddleware } from '../pages/pageMiddleware.ts'
import type { ServerContext } from '../serverContext.ts'
import { answerConsent, showConsent } from './consent.ts'
import { answerLogin, showLogin } from './login.ts'
import type { Step } from './step.ts'

interface Env {
  Bindings: HttpBindings
}

/**
 * Our pages for the steps of a sign-in. Each step has an unguessable path, and a cookie that is bound to that path;
 * together they keep other sites from sending these forms.
 */
export function createInteractionApp(context: ServerContext, provider: Provider): Hono<Env> {
  const app = new Hono<Env>()
  const fail = (c: Context, failure: PageFailure) => failPage(c, context.demoOrigin, failure)

  app.use(pageMiddleware(context.demoOrigin))
  app.get('/interaction/:uid', async (c) => showStep(c, await stepOf(c, context, provider)))
  app.post('/interaction/:uid', async (c) => answerStep(c, await stepOf(c, context, provider)))
  app.notFound((c) => fail(c, { status: 404, code: 'not_found', description: 'There is no page at this address.' }))
  app.onError((error, c) => {
    const isStale = error instanceof errors.SessionNotFound
    const outcome = isStale ? (error.error_description ?? error.message) : error.message
    context.record({ action: isStale ? 'stale page' : 'server error', where: '/interaction', outcome })
    return fail(c, isStale ? stalePage : { status: 500, code: 'server_error' })
  })
  return app
}

async function stepOf(c: Context<Env>, context: ServerContext, provider: Provider): Promise<Step> {
  const interaction = await provider.interactionDetails(c.env.incoming, c.env.outgoing)
  if (interaction.uid !== c.req.param('uid')) throw new errors.SessionNotFound('path and cookie differ')
  const form = c.req.method === 'POST' ? await c.req.parseBody() : {}
  return { context, provider, interaction, action: c.req.path, form }
}

async function showStep(c: Context<Env>, step: Step): Promise<Response> {
  return c.html(await (isLogin(step) ? showLogin(step) : showConsent(step)))
}

async function answerStep(c: Context<Env>, step: Step): Promise<Response> {
  const answer = await (isLogin(step) ? answerLogin(step) : answerConsent(step))
  if ('page' in answer) return c.html(answer.page)
  return c.redirect(await step.provider.interactionResult(c.env.incoming, c.env.outgoing, answer.result), 303)
}

function isLogin({ interaction }: Step): boolean {
  return interaction.prompt.name === 'login'
}
