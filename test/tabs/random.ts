/** The same numbers for the same seed (mulberry32). */
export interface Random {
  /** A whole number from 0 up to `limit`, which it is not. */
  readonly below: (limit: number) => number
  readonly pick: <T>(from: readonly T[]) => T
}

export function createRandom(seed: number): Random {
  let state = seed | 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(fraction() * limit)
  return {
    below,
    pick(from) {
      const [picked] = from.slice(below(from.length))
      if (picked === undefined) throw new Error('There is nothing to pick from.')
      return picked
    },
  }
}
