import { isToken } from './session.ts'

/** A secret that somebody pasted, without the white space around it; `null` unless it is printable ASCII without spaces. */
export function readPasted(value: unknown): string | null {
  const secret = typeof value === 'string' ? value.trim() : value
  return isToken(secret) ? secret : null
}

/** What may be shown of a secret, so that its owner can tell which one it is: the last four characters, and of a short one none. */
export function hintOf(secret: string): string {
  return secret.length < 12 ? '…' : `…${secret.slice(-4)}`
}
