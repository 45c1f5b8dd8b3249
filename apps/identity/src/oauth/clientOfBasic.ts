import { isProven, type OauthClient } from './oauthClients.ts'

/** The client of `Authorization: Basic`, whose id and secret are form-urlencoded before base64 (RFC 6749 §2.3.1). */
export function clientOfBasic(header: string | undefined, clients: readonly OauthClient[]): OauthClient | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '')?.[1] ?? ''
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  const [decodedId, decodedSecret] = [formDecoded(id), formDecoded(secret)]
  if (decodedSecret === undefined) return undefined
  return clients.find((client) => client.id === decodedId && isProven(client, decodedSecret))
}

function formDecoded(text = ''): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
