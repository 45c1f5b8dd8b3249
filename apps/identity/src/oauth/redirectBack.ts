import type { ReturnAddress } from './readAuthorizationRequest.ts'

/** The address of the client with an authorization response, and with the state if one was sent (RFC 6749 §4.1.2). */
export function redirectBack(
  { client, state }: ReturnAddress,
  response: Readonly<Record<string, string>>,
): string {
  const url = new URL(client.redirectUri)
  for (const [name, value] of Object.entries({ ...response, ...(state === undefined ? {} : { state }) })) {
    url.searchParams.set(name, value)
  }
  return url.href
}
