import type { Context } from 'hono'
import { readParameters, type RequestParameters } from './readParameters.ts'

/** The parameters in the form that a client sends (RFC 6749 §3.2). A body that is no form has none. */
export async function readForm(c: Context): Promise<RequestParameters> {
  const mediaType = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase()
  const isForm = mediaType === 'application/x-www-form-urlencoded'
  return readParameters(new URLSearchParams(isForm ? await c.req.text() : ''))
}
