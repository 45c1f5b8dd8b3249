import fc from 'fast-check'

/** What parsers, printers and prototypes stumble over. */
const nasty = [
  '\0', '\u{feff}', '\ud800', '\udfff', '\u202e', '\u2028', '\u3002', '\r\n', '\n', '\t', ' ', '"', "'", '\\', '/', '//', '/\\', ':', ';', ',', '=', '&', '#', '?', '@', '%', '%00', '%0d%0a', '%2f%2f', '%5c', '%ff', '%u0000', '..', '/..//',
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', 'undefined', 'NaN', 'true', '-0', '-1', '1e999', '9007199254740993', '0x10', '[]', '{}', '[[', '{"', '}}', '<script>', '${1}', '://', 'javascript:', 'data:', 'blob:https://app.example/', '//evil.example', 'https://evil.example/',
] // prettier-ignore

/** Short most of the time, and now and then as long as nobody expects. */
const times = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 2, arbitrary: fc.constantFrom(100, 3_000) },
  { weight: 1, arbitrary: fc.constantFrom(10_000, 50_000) },
)

/** Parts of the whole, so that a change fits whatever text it meets. */
const place = fc.nat(10_000).map((part) => part / 10_000)
const span = fc.record({ from: place, length: fc.integer({ min: 1, max: 12 }) })

type Change = (text: string) => string

const cut = (text: string, at: number): number => Math.floor(at * (text.length + 1))

const changes: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.constantFrom(...nasty), times).map(
    ([at, piece, count]): Change =>
      (text) =>
        text.slice(0, cut(text, at)) + piece.repeat(count) + text.slice(cut(text, at)),
  ),
  fc.tuple(span, times).map(
    ([{ from, length }, count]): Change =>
      (text) =>
        text.slice(0, cut(text, from)) + text.slice(cut(text, from), cut(text, from) + length).repeat(count + 1) + text.slice(cut(text, from) + length),
  ),
  span.map(
    ({ from, length }): Change =>
      (text) =>
        text.slice(0, cut(text, from)) + text.slice(cut(text, from) + length),
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 0xff })).map(
    ([at, bits]): Change =>
      (text) =>
        text.slice(0, cut(text, at)) + String.fromCharCode((text.charCodeAt(cut(text, at)) || 0) ^ bits) + text.slice(cut(text, at) + 1),
  ),
  place.map(
    (at): Change =>
      (text) =>
        text.slice(0, cut(text, at)),
  ),
  place.map(
    (at): Change =>
      (text) =>
        text.slice(cut(text, at)),
  ),
  fc.constantFrom<Change>(
    (text) => text.toUpperCase(),
    (text) => ` ${text}`,
    (text) => `\u{feff}${text}`,
    (text) => `${text}\0`,
    encodeURIComponentSafely,
  ),
)

function encodeURIComponentSafely(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

export const noise: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  fc.array(fc.constantFrom(...nasty), { maxLength: 8 }).map((pieces) => pieces.join('')),
)

/** A valid text after one to four changes. */
export function changed(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(valid, fc.array(changes, { minLength: 1, maxLength: 4 })).map(([text, applied]) => applied.reduce((before, change) => change(before), text))
}

/** Valid texts, mutated; now and then untouched, or nothing but noise. */
export function hostileText(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 1, arbitrary: valid }, { weight: 8, arbitrary: changed(valid) }, { weight: 2, arbitrary: noise })
}
