import { createHash } from 'node:crypto'

/** SHA-256 of a secret as base64url: what a store keeps in its place, so that its memory gives no credential away. */
export function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
