import { basename } from 'node:path'
import { parseSync, Visitor } from 'vite'
import type { ESTree } from 'vite'

/** A source file: `path` is relative to the workspace, with slashes. */
export interface Source {
  readonly path: string
  readonly code: string
}

/** What the rules about methods ask of packages/core. */
export interface MethodsFolder {
  /** Names of the files in src/methods, without folder. */
  readonly files: readonly string[]
  readonly exportMap: Readonly<Record<string, unknown>>
  /** Names of the pages in docs/methods. */
  readonly pages: readonly string[]
}

const vagueNames = ['types', 'utils', 'helpers', 'common']
const freeNames = ['index', 'main']

const durationName = /(timeout|delay|interval|duration|lifetime|lead|leeway|ttl|age|backoff|tolerance)$/i
const foreignUnit = /(Sec|Secs|Second|Seconds|Minute|Minutes|Hours|Millis|Milliseconds)$/
const search = /\.(includes|startsWith|endsWith|indexOf|search|match|matchAll|test|exec|has)$/
const instantName = /(expires|expiry|expiration|expired|issued|created|updated|deadline|(issue|expiry|auth)Time)$/i

/** A file is named after one of its exports, less its affixes (`store.ts`: `createStore`): the tree reads as an API. */
export function nameProblems({ path, code }: Source): string[] {
  const name = basename(path).replace(/\.tsx?$/, '')
  if (freeNames.includes(name) || name.includes('.')) return []
  if (vagueNames.includes(name)) return [`${path}: the name says nothing; a type or function lives with its own idea`]
  const names = exportedNames({ path, code })
  const stem = name.toLowerCase().replace(/s$/, '')
  if (names.some((exported) => exported.toLowerCase().includes(stem))) return []
  return [`${path}: exports ${names.join(', ') || 'nothing'}, and nothing named ${name}`]
}

/** Durations end in `Ms` and instants in `At`; names with an underscore belong to the wire, which has its own units. */
export function unitProblems({ path, code }: Source): string[] {
  const problems: string[] = []
  const visitor = new Visitor({
    TSPropertySignature: ({ key, typeAnnotation, start }) => {
      const name = key.type === 'Identifier' ? key.name : ''
      const advice = isNumber(typeAnnotation?.typeAnnotation) ? unitAdvice(name) : undefined
      if (advice !== undefined) problems.push(`${path}:${lineOf(code, start)}: ${name} is a number without its unit: ${advice}`)
    },
  })
  visitor.visit(parseSync(path, code).program)
  return problems
}

/**
 * An error's message is for people and may change: nothing is decided by one. To say each only once is no decision: a set may be asked
 * for what the same file adds to it.
 */
export function messageProblems({ path, code }: Source): string[] {
  const textOf = ({ start, end }: ESTree.Span): string => code.slice(start, end)
  const messages: ESTree.Span[] = []
  const decisions: ESTree.Span[] = []
  const repetitions: ESTree.Span[] = []
  const decide = ({ test }: { readonly test: ESTree.Span | null }): void => void (test && decisions.push(test))
  const visitor = new Visitor({
    MemberExpression: (node) => void (/^['"`]?message['"`]?$/.test(textOf(node.property)) && messages.push(node)),
    IfStatement: decide,
    ConditionalExpression: decide,
    WhileStatement: decide,
    DoWhileStatement: decide,
    ForStatement: decide,
    SwitchCase: decide,
    SwitchStatement: ({ discriminant }) => void decisions.push(discriminant),
    BinaryExpression: (node) => void (/^[!=]==?$/.test(node.operator) && decisions.push(node)),
    CallExpression(node) {
      if (search.test(textOf(node.callee))) decisions.push(node)
      const [asked, given] = [textOf(node), textOf(node).replace('.has(', '.add(')]
      if (asked !== given && code.includes(given)) repetitions.push(node)
    },
  })
  visitor.visit(parseSync(path, code).program)
  const found = messages.filter((message) => isWithin(message, decisions) && !isWithin(message, repetitions))
  return found.map((message) => `${path}:${lineOf(code, message.start)}: decides by ${textOf(message)}: an error's code is for that`)
}

/** One method is one file, one subpath, one test and one page. */
export function methodProblems({ files, exportMap, pages }: MethodsFolder): string[] {
  const sources = files.filter((file) => /^\w+\.ts$/.test(file) && file !== 'method.ts')
  const methods = sources.map((file) => file.slice(0, -3))
  return methods.flatMap((method) => {
    const kebab = method.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    const source = `./src/methods/${method}.ts`
    return [
      ...(JSON.stringify(exportMap[`./${kebab}`] ?? '').includes(`"${source}"`)
        ? []
        : [`packages/core/package.json: exports has no "./${kebab}" for ${source}`]),
      ...(files.includes(`${method}.test.ts`) ? [] : [`packages/core/src/methods/${method}.test.ts is missing`]),
      ...(pages.includes(`${kebab}.md`) ? [] : [`docs/methods/${kebab}.md is missing`]),
    ]
  })
}

function exportedNames({ path, code }: Source): string[] {
  const entries = parseSync(path, code).module.staticExports.flatMap((statement) => statement.entries)
  return entries.flatMap((entry) => entry.exportName.name ?? entry.localName.name ?? [])
}

function isWithin(span: ESTree.Span, spans: readonly ESTree.Span[]): boolean {
  return spans.some(({ start, end }) => start <= span.start && span.end <= end)
}

function lineOf(code: string, offset: number): number {
  return code.slice(0, offset).split('\n').length
}

function isNumber(type: ESTree.TSType | undefined): boolean {
  if (type?.type === 'TSUnionType') return type.types.some(isNumber)
  return type?.type === 'TSNumberKeyword'
}

function unitAdvice(name: string): string | undefined {
  if (name.includes('_')) return undefined
  if (durationName.test(name) || foreignUnit.test(name)) return 'end a duration in Ms'
  return instantName.test(name) ? 'end an instant in At' : undefined
}
