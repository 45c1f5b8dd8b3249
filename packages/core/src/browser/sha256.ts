import { base64url } from './crypto.ts'
import { digest } from './digest.ts'

/** SHA-256 of a text as base64url, as a PKCE challenge has it (RFC 7636 §4.2). Needs `crypto.subtle`. */
export async function sha256(text: string): Promise<string> {
  return base64url(await digest(text, 256))
}
