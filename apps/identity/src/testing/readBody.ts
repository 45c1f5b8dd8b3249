/** A JSON answer. */
export interface Body {
  readonly status: number
  readonly headers: Headers
  readonly json: Readonly<Record<string, unknown>>
}

/** Reads an answer whose body is a JSON object. */
export async function readBody(response: Response): Promise<Body> {
  const json: unknown = await response.json()
  if (!isObject(json)) throw new Error('not a JSON object')
  return { status: response.status, headers: response.headers, json }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
