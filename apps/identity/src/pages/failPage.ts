import type { Context } from 'hono'
import { errorPage } from './errorPage.ts'

/** What is wrong, for the error page. */
export interface PageFailure {
  readonly status: 400 | 404 | 413 | 500
  /** Error code (RFC 6749 §4.1.2.1), such as `invalid_request`. */
  readonly code: string
  readonly description?: string
}

/** A step of a sign-in that has ended, or never was. */
export const stalePage: PageFailure = {
  status: 400,
  code: 'expired',
  description: 'This page is out of date, or its form was already sent.',
}

/** Answers with the error page. */
export function failPage(c: Context, demoOrigin: string, failure: PageFailure): Response | Promise<Response> {
  return c.html(errorPage({ demoOrigin, ...failure }), failure.status)
}
