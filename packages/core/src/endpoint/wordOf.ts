/**
 * What a server calls something, an error or a member, if it reads like a word of a program: letters and what joins them, 64 at most. In a
 * sentence, and in what has digits, a server may say again what it was sent.
 */
export function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[a-z._-]{1,64}$/i.test(value) ? value : undefined
}
