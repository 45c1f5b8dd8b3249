import { readBody, type Body } from './readBody.ts'
import type { TestServer } from './startServer.ts'

/** Sends a form, as clients of an OAuth server do. */
export async function postForm(
  { origin }: TestServer,
  path: string,
  { fields, headers = {} }: { readonly fields: object; readonly headers?: Readonly<Record<string, string>> },
): Promise<Body> {
  const body = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]))
  return readBody(await fetch(`${origin}${path}`, { method: 'POST', headers, body }))
}
