import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { errorPage } from '../pages/errorPage.ts'
import type { Html } from '../pages/html.ts'
import { signedOutPage } from '../pages/signedOutPage.ts'
import { signOutPage } from '../pages/signOutPage.ts'
import { userBySub } from '../users.ts'

/** The part of a Koa context that a page is written to. */
interface PageTarget {
  status: number
  type: string
  body: unknown
}

/** Answers with one of our pages. */
export async function show(ctx: PageTarget, status: number, page: Html): Promise<void> {
  ctx.status = status
  ctx.type = 'html'
  ctx.body = String(await page)
}

/** Answers with the page for an error that cannot go back to the client (OpenID Connect Core §3.1.2.2). */
export async function showError(ctx: KoaContextWithOIDC, demoOrigin: string, out: ErrorOut): Promise<void> {
  await show(ctx, ctx.status, errorPage({ demoOrigin, code: out.error, description: out.error_description }))
}

/** Answers a request for a path that does not exist. */
export async function showNotFound(ctx: PageTarget, demoOrigin: string): Promise<void> {
  await show(ctx, 404, errorPage({ demoOrigin, code: 'not_found', description: 'There is no page at this address.' }))
}

/**
 * Answers a sign-out request (OpenID Connect RP-Initiated Logout §2): without asking when the ID token hint
 * is for the person who is signed in, and asks otherwise.
 */
export async function showSignOut(ctx: KoaContextWithOIDC): Promise<void> {
  const { session, client, entities } = ctx.oidc
  const hintMatches = session?.accountId !== undefined && entities.IdTokenHint?.payload.sub === session.accountId
  const page = signOutPage({
    action: ctx.oidc.urlFor('end_session_confirm'),
    xsrf: String(session?.state?.secret),
    email: userBySub(session?.accountId ?? '')?.email,
    clientName: client?.clientName,
    ask: !hintMatches,
  })
  await show(ctx, 200, page)
}

/** Answers the end of a sign-out that names no address to return to. */
export async function showSignedOut(ctx: KoaContextWithOIDC, demoOrigin: string): Promise<void> {
  await show(ctx, 200, signedOutPage({ demoOrigin, keptSessionOf: ctx.oidc.client?.clientName }))
}
