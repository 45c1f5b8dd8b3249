/** Numbers that look random and are the same for the same seed. Nothing made of them is secret. */
export interface Random {
  /** From 0 up to 1. */
  readonly fraction: () => number
  /** A whole number of 32 bits. */
  readonly word: () => number
  /** 43 characters of base64url, as 256 random bits have them. */
  readonly text: () => string
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const word = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  return {
    word,
    fraction: () => word() / 4_294_967_296,
    text() {
      let text = ''
      for (let bits = word(), count = 0; text.length < 42; bits >>>= 6) {
        text += alphabet.charAt(bits & 63)
        if (++count % 5 === 0) bits = word()
      }
      // 256 bits leave four for the last character.
      return text + alphabet.charAt((word() & 15) << 2)
    },
  }
}
