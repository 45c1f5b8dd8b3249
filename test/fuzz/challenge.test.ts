import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseChallenges, rejectsToken } from '../../packages/core/src/http/challenge.ts'
import { fuzz, staysLinear } from './fuzz.ts'
import { hostileText } from './hostileText.ts'

const tokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
const token = fc.string({ unit: fc.constantFrom(...tokenCharacters.split('')), minLength: 1, maxLength: 12 })
const space = fc.constantFrom('', ' ', '\t', '  ')
/** RFC 9110 §5.6.4: what a quoted string can hold, tab and obs-text included. */
const content = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 16,
})

interface Written {
  readonly text: string
  readonly value: string
}

const quoted = fc.tuple(content, fc.infiniteStream(fc.boolean())).map(([value, escapes]): Written => {
  const isEscaped = (character: string): boolean => '"\\'.includes(character) || escapes.next().value === true
  return {
    value,
    text: `"${value
      .split('')
      .map((character) => (isEscaped(character) ? `\\${character}` : character))
      .join('')}"`,
  }
})
const written = fc.oneof(
  token.map((value): Written => ({ value, text: value })),
  quoted,
)
const parameter = fc.tuple(token, space, space, written).map(([name, before, after, { text, value }]) => ({ name, value, text: `${name}${before}=${after}${text}` }))
const token68 = fc.tuple(fc.base64String({ minLength: 8, maxLength: 16 }), fc.constantFrom('', '=', '==')).map(([text, padding]) => text.replaceAll('=', '') + padding)

/** RFC 9110 §11.6.1: a scheme with parameters, with a token68, or alone. */
const challenge = fc.tuple(
  fc.oneof(token, fc.constantFrom('Bearer', 'DPoP', 'Basic')),
  fc.oneof(
    fc.array(parameter, { maxLength: 4 }),
    token68.filter((text) => text !== ''),
  ),
)
const header = fc.array(challenge, { minLength: 1, maxLength: 4 }).map((challenges) => ({
  text: challenges
    .map(([scheme, rest]) => (typeof rest === 'string' ? `${scheme} ${rest}` : `${scheme} ${rest.map(({ text }) => text).join(', ')}`.trimEnd()))
    .join(', '),
  challenges,
}))

/** The first of a repeated name, in the order in which they came. */
const firsts = (parameters: readonly { readonly name: string; readonly value: string }[]): [string, string][] => {
  const known = new Map<string, string>()
  for (const { name, value } of parameters) if (!known.has(name.toLowerCase())) known.set(name.toLowerCase(), value)
  return [...known]
}

test('DO-04: every well-formed WWW-Authenticate is read as it is written', () =>
  fuzz(
    header.filter(({ challenges }) => challenges.every(([, rest]) => typeof rest !== 'string')),
    ({ text, challenges }) => {
      expect(parseChallenges(text).map(({ scheme, parameters }) => [scheme, [...parameters]])).toEqual(
        challenges.map(([scheme, rest]) => [scheme.toLowerCase(), typeof rest === 'string' ? [] : firsts(rest)]),
      )
    },
    { share: 0.4 },
  ))

test('DO-04 DO-02: any WWW-Authenticate is read without throwing, and nothing is in the result that is not in the header', () =>
  fuzz(
    fc.tuple(hostileText(header.map(({ text }) => text)), fc.constantFrom(200, 401, 403)),
    ([text, status]) => {
      const challenges = parseChallenges(text)
      const characters = (part: string): string => part.replaceAll('\\', '')
      for (const { scheme, parameters } of challenges) {
        expect(scheme).toMatch(/^[!#$%&'*+./:^`|~\w-]+$/)
        expect(scheme).toBe(scheme.toLowerCase())
        for (const [name, value] of parameters) {
          expect(name).toBe(name.toLowerCase())
          expect(characters(text).includes(characters(value))).toBe(true)
          expect(text.toLowerCase()).toContain(name)
        }
      }
      if (!isHeader(text)) return
      const response = new Response(null, { status, headers: { 'www-authenticate': text } })
      const isOfTokens = challenges.some(({ scheme }) => scheme === 'bearer' || scheme === 'dpop')
      expect(rejectsToken(response) && !(status === 401 && (isOfTokens || text.trim() === ''))).toBe(false)
    },
    { share: 0.6 },
  ))

function isHeader(text: string): boolean {
  try {
    return new Headers({ 'www-authenticate': text }).get('www-authenticate') === text
  } catch {
    return false
  }
}

staysLinear(
  'DO-02 a long WWW-Authenticate',
  {
    challenges: (length) => 'Bearer a="b", '.repeat(length / 14),
    'an open quote': (length) => `Bearer a="${'x'.repeat(length)}`,
    escapes: (length) => `Bearer a="${'\\"'.repeat(length / 2)}`,
    spaces: (length) => `a${' '.repeat(length)}b`,
    'names without values': (length) => `${'a '.repeat(length / 2)}=`,
    commas: (length) => ','.repeat(length),
    equals: (length) => `a=${'='.repeat(length)}`,
    quotes: (length) => `Bearer ${'a="" '.repeat(length / 5)}`,
  },
  parseChallenges,
  250_000,
)
