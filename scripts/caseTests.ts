import { parseSync, Visitor } from 'vite'
import type { ESTree } from 'vite'
import type { Source } from './structureRules.ts'

/** A test that runs, or would where it can, and the ids of the cases that its name carries. */
export interface CaseTest {
  readonly path: string
  readonly name: string
  readonly ids: readonly string[]
}

interface Span {
  readonly start: number
  readonly end: number
}

/** A call of `it`, `test` or `describe`, with a title. */
interface Titled extends Span {
  readonly title: string
  readonly ids: readonly string[]
  readonly isSuite: boolean
  readonly isLeftOut: boolean
}

/** What `test.only.each(rows)` is made of. */
interface Chain {
  readonly root: string
  readonly names: readonly string[]
  /** What `each` and `for` were given. */
  readonly rows: Span | undefined
}

const harmless = ['each', 'for', 'only', 'concurrent', 'sequential', 'serial', 'parallel', 'runIf', 'skipIf', 'describe']
const leftOut = ['skip', 'todo', 'fixme', 'fails', 'fail']

/** Of a title, its suites, or the rows that are put into it. What stands in comments or in a test's body proves nothing. */
export function caseTests({ path, code }: Source): CaseTest[] {
  const { titled } = read({ path, code })
  return titled
    .filter(({ isSuite }) => !isSuite)
    .flatMap((test) => {
      const suites = titled.filter((suite) => suite.isSuite && isWithin(test, suite))
      const ids = [...new Set([...suites, test].flatMap((each) => each.ids))]
      const isOut = [...suites, test].some(({ isLeftOut }) => isLeftOut)
      return isOut || ids.length === 0 ? [] : [{ path, name: [...suites, test].map(({ title }) => title).join(' > '), ids }]
    })
}

function read({ path, code }: Source): { titled: readonly Titled[] } {
  const constants = new Map<string, Span>()
  const loops: { body: Span; rows: ESTree.Node }[] = []
  const calls: ESTree.CallExpression[] = []
  const visitor = new Visitor({
    VariableDeclarator: ({ id, init }) => {
      if (id.type === 'Identifier' && init != null) constants.set(id.name, init)
    },
    ForOfStatement: ({ body, right }) => {
      loops.push({ body, rows: right })
    },
    CallExpression: (call) => {
      calls.push(call)
    },
  })
  visitor.visit(parseSync(path, code).program)
  const idsOfRows = (rows: Span): string[] => {
    const text = code.slice(rows.start, rows.end)
    const named = constants.get(text)
    return idsOfTexts(named === undefined ? text : code.slice(named.start, named.end))
  }
  const titled = calls.flatMap((call): Titled[] => {
    const chain = chainOf(call.callee)
    const title = titleOf(call.arguments[0], code)
    if (chain === undefined || title === undefined || call.arguments.length < 2) return []
    const around = loops.filter(({ body }) => title.includes('${') && isWithin(call, body)).map(({ rows }) => rows)
    const rows = [...around, ...(chain.rows !== undefined && /[%$]/.test(title) ? [chain.rows] : [])]
    const isSuite = chain.root === 'describe' || chain.names.includes('describe')
    const isLeftOut = chain.names.some((name) => leftOut.includes(name))
    return [{ start: call.start, end: call.end, title, ids: [...idsOf(title), ...rows.flatMap(idsOfRows)], isSuite, isLeftOut }]
  })
  return { titled }
}

function chainOf(node: ESTree.Node): Chain | undefined {
  if (node.type === 'Identifier') {
    return ['it', 'test', 'describe'].includes(node.name) ? { root: node.name, names: [], rows: undefined } : undefined
  }
  if (node.type === 'CallExpression') {
    const chain = chainOf(node.callee)
    const takesRows = chain !== undefined && ['each', 'for'].includes(chain.names.at(-1) ?? '')
    return chain !== undefined && takesRows ? { ...chain, rows: node.arguments[0] } : chain
  }
  if (node.type !== 'MemberExpression' || node.property.type !== 'Identifier') return undefined
  const chain = chainOf(node.object)
  const { name } = node.property
  if (chain === undefined || ![...harmless, ...leftOut].includes(name)) return undefined
  return { ...chain, names: [...chain.names, name] }
}

function titleOf(node: ESTree.Node | undefined, code: string): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value
  return node?.type === 'TemplateLiteral' ? code.slice(node.start + 1, node.end - 1) : undefined
}

function isWithin(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.end <= outer.end
}

function idsOf(text: string): string[] {
  return text.match(/\b[A-Z]{2}-\d\d\b/g) ?? []
}

/** Rows are code: only what stands in their texts counts. */
function idsOfTexts(code: string): string[] {
  return (code.match(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g) ?? []).flatMap(idsOf)
}
