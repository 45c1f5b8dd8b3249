import fc from 'fast-check'
import { hostileText } from './hostileText.ts'

/** JSON as it is written: with members twice, and with what no value of JavaScript could hold. */
type Node = { readonly raw: string } | { readonly items: readonly Node[] } | { readonly members: readonly Member[] }
interface Member {
  readonly name: string
  readonly node: Node
}

function read(value: unknown): Node {
  if (Array.isArray(value)) return { items: value.map(read) }
  if (typeof value !== 'object' || value === null) return { raw: JSON.stringify(value) ?? 'null' }
  return {
    members: Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => ({ name, node: read(each) })),
  }
}

function write(node: Node): string {
  if ('raw' in node) return node.raw
  if ('items' in node) return `[${node.items.map(write).join(',')}]`
  return `{${node.members.map((member) => `${JSON.stringify(member.name)}:${write(member.node)}`).join(',')}}`
}

const deep = (count: number): string => '['.repeat(count) + ']'.repeat(count)
const deepMembers = (count: number): string => '{"a":'.repeat(count) + '1' + '}'.repeat(count)

const junk = fc.constantFrom(
  'null', 'true', 'false', '0', '-1', '-0', '1e999', '-1e999', '1e308', '9007199254740993', '0.1', '3600', '"3600"', '"1h"', '""', '" "', '"\\u0000"', '"\\ud800"', '"\\r\\n"', '"\\u0430da"', '"__proto__"', '"constructor"',
  '[]', '{}', '[null]', '[[]]', '{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"toString":1,"valueOf":1}', '{"toJSON":1}', '{"length":4294967295}', '{"then":1}',
  deep(40), deep(5_000), deepMembers(40), deepMembers(5_000), `"${'a'.repeat(70_000)}"`, `"${'\\u0000'.repeat(2_000)}"`, `[${'0,'.repeat(20_000)}0]`, 'NaN', 'undefined', '',
  '"javascript:alert(1)"', '"http://evil.example/"', '"//evil.example"', '"https://evil.example/x"',
).map((raw): Node => ({ raw })) // prettier-ignore

const names = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'toJSON', 'then', 'length', '', '\0', '\u{feff}')

type Change = (members: readonly Member[], index: number) => readonly Member[]
const replaceWith =
  (next: (member: Member) => readonly Member[]): Change =>
  (members, index) =>
    members.flatMap((each, at) => (at === index ? next(each) : [each]))

const changes: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: junk.map((node) => replaceWith(({ name }) => [{ name, node }])) },
  { weight: 1, arbitrary: fc.constant(replaceWith(() => [])) },
  { weight: 1, arbitrary: junk.map((node) => replaceWith((member) => [{ name: member.name, node }, member])) },
  { weight: 1, arbitrary: junk.map((node) => replaceWith((member) => [member, { name: member.name, node }])) },
  { weight: 2, arbitrary: fc.tuple(names, junk).map(([name, node]) => replaceWith((member) => [member, { name, node }])) },
  { weight: 1, arbitrary: names.map((name) => replaceWith(({ node }) => [{ name, node }])) },
  { weight: 1, arbitrary: names.map((name) => replaceWith((member) => [{ name, node: { members: [member] } }])) },
  { weight: 1, arbitrary: fc.constant(replaceWith(({ name, node }) => [{ name, node: { items: [node] } }])) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(' ', '\0', '\u200b', 'x', '/', '\ud800').map((piece) => replaceWith(({ name, node }) => [{ name, node: extended(node, piece) }])),
  },
)

function extended(node: Node, piece: string): Node {
  return 'raw' in node && node.raw.startsWith('"') ? { raw: `${node.raw.slice(0, -1)}${JSON.stringify(piece).slice(1)}` } : node
}

/** Changes a member of the whole, or of any object inside it. */
function changeAt(node: Node, change: Change, path: readonly number[]): Node {
  const [first = 0, ...rest] = path
  if ('items' in node) return { items: node.items.map((item, index) => (index === first % node.items.length ? changeAt(item, change, rest) : item)) }
  if ('raw' in node || node.members.length === 0) return node
  const index = first % node.members.length
  const inner = node.members[index]?.node
  const goesDeeper = rest.length > 0 && inner !== undefined && !('raw' in inner)
  if (!goesDeeper) return { members: change(node.members, index) }
  return { members: node.members.map((member, at) => (at === index ? { name: member.name, node: changeAt(member.node, change, rest) } : member)) }
}

const place = fc.tuple(changes, fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }))

/** The text of a value of which members are dropped, doubled, renamed, nested or replaced. */
export function changedJson(valid: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc
    .tuple(valid, fc.array(place, { minLength: 1, maxLength: 3 }))
    .map(([value, applied]) => write(applied.reduce<Node>((node, [change, path]) => changeAt(node, change, path), read(value))))
}

/** Valid JSON, mutated as a value or as a text; now and then untouched, something else altogether, or noise. */
export function hostileJson(valid: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: changedJson(valid) },
    { weight: 3, arbitrary: hostileText(valid.map((value) => JSON.stringify(value))) },
    { weight: 1, arbitrary: junk.map(write) },
  )
}
