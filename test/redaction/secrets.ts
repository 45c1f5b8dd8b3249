/** Members of requests and answers whose values are secret, whatever the method and the spelling. */
const secretNames =
  /^(access_?token|refresh_?token|id_?token|csrf_?token|ephemeral_?token|session_?token|token|key|api_?key|password|client_?secret|code|code_?verifier)$/i

/** Headers that carry one, after a scheme if they have one. */
const secretHeaders = ['authorization', 'x-api-key', 'x-csrf-token']

/**
 * What a secret is looked for by: the longest of its runs of letters, digits, `-` and `_`, as a run of its own. So `at-1` is no part of
 * `format-1`, and time does not grow with the number of secrets.
 */
const words = /[\w-]+/g

/** Shorter ones are found in any text. */
const shortestLength = 4

/** What was sent or answered as a secret since the last {@link Secrets.forget}. */
export interface Secrets {
  /** Notes those in a body, of JSON or of a form, and in headers. */
  readonly noteIn: (body: unknown, headers?: Headers) => void
  /** The first that shows in a text, with what is around it; `null` without one. */
  readonly foundIn: (text: string) => string | null
  readonly forget: () => void
}

export function createSecrets(): Secrets {
  const known = new Set<string>()
  const note = (value: unknown): void => {
    const parts = typeof value === 'string' ? (value.match(words) ?? []) : []
    const longest = parts.sort((a, b) => b.length - a.length)[0] ?? ''
    if (longest.length >= shortestLength) known.add(longest)
  }
  const noteMembers = (value: unknown): void => {
    for (const [name, member] of Object.entries(value ?? {})) {
      if (secretNames.test(name)) note(member)
      if (typeof member === 'object') noteMembers(member)
    }
  }
  return {
    noteIn(body, headers) {
      noteMembers(typeof body === 'string' ? parsed(body) : body)
      for (const name of secretHeaders) note(headers?.get(name)?.replace(/^\S+ /, ''))
    },
    foundIn(text) {
      for (const { 0: word, index } of text.matchAll(words)) if (known.has(word)) return text.slice(Math.max(0, index - 80), index + word.length + 80)
      return null
    },
    forget: () => known.clear(),
  }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return Object.fromEntries(new URLSearchParams(body))
  }
}
