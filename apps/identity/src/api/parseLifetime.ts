const minLifetimeSeconds = 2

/** Life of a token, in seconds, as a request asks for it: the longest if it asks for none, `undefined` for nonsense. */
export function parseLifetime(text: string | undefined, maxSeconds: number): number | undefined {
  if (text === undefined) return maxSeconds
  const seconds = Number(text)
  return /^\d+$/.test(text) && seconds >= minLifetimeSeconds && seconds <= maxSeconds ? seconds : undefined
}

/** What is wrong with a lifetime that is nonsense. */
export function lifetimeAdvice(maxSeconds: number): string {
  return `lifetime must be whole seconds from ${minLifetimeSeconds} to ${maxSeconds}.`
}
