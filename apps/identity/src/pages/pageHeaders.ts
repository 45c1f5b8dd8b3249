import { createHash } from 'node:crypto'
import { stylesheet } from './stylesheet.ts'
import { submitScript } from './submitScript.ts'

/**
 * Headers of every page. The Content Security Policy (CSP Level 3) allows our own style sheet and script, by their
 * hashes, and nothing else.
 *
 * @param demoOrigin Where forms may lead: browsers check the redirects after a form as well
 */
export function pageHeaders(demoOrigin: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src '${hash(stylesheet)}'`,
    `script-src '${hash(submitScript)}'`,
    'img-src data:',
    `form-action 'self' ${demoOrigin}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  }
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
