/** Somebody who keeps people signed in on this page. */
export interface Resident {
  readonly name: string
  /** Tells them apart, and aborts when they are no more. */
  readonly signal: AbortSignal
}

/** Every copy of this library knows it by this. */
const key: unique symbol = Symbol.for('tessera.roster')

const page: { readonly isSecureContext?: unknown; [key]?: Set<Resident> } = globalThis

/** Who is at work on this page, whichever copy of this library they are of; once for each time that they were started. */
export function pageRoster(): Set<Resident> {
  return (page[key] ??= new Set())
}
