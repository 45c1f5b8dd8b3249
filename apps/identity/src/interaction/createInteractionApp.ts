import type { HttpBindings } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { errors, type Provider } from 'oidc-provider'
import { errorPage } from '../pages/errorPage.ts'
import { pageHeaders } from '../pages/pageHeaders.ts'
import type { ServerContext } from '../serverContext.ts'
import { answerConsent, showConsent } from './consent.ts'
import { answerLogin, showLogin } from './login.ts'
import type { Step } from './step.ts'

interface Env {
  Bindings: HttpBindings
}

/** Largest form in bytes. */
const maxFormBytes = 16_384

/**
 * Our pages for the steps of a sign-in. Each step has an unguessable path, and a cookie that is bound to that path;
 * together they keep other sites from sending these forms.
 */
export function createInteractionApp(context: ServerContext, provider: Provider): Hono<Env> {
  const app = new Hono<Env>()
  const fail = (c: Context, status: 400 | 404 | 413 | 500, code: string, description?: string) =>
    c.html(errorPage({ demoOrigin: context.demoOrigin, code, description }), status)

  app.use(async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
    for (const [name, value] of Object.entries(pageHeaders(context.demoOrigin))) c.header(name, value)
  })
  app.use(bodyLimit({ maxSize: maxFormBytes, onError: (c) => fail(c, 413, 'invalid_request', 'The form is too big.') }))
  app.get('/interaction/:uid', async (c) => showStep(c, await stepOf(c, context, provider)))
  app.post('/interaction/:uid', async (c) => answerStep(c, await stepOf(c, context, provider)))
  app.notFound((c) => fail(c, 404, 'not_found', 'There is no page at this address.'))
  app.onError((error, c) => {
    const isStale = error instanceof errors.SessionNotFound
    const outcome = isStale ? (error.error_description ?? error.message) : error.message
    context.record({ action: isStale ? 'stale page' : 'server error', where: '/interaction', outcome })
    return isStale
      ? fail(c, 400, 'expired', 'This page is out of date, or its form was already sent.')
      : fail(c, 500, 'server_error')
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
