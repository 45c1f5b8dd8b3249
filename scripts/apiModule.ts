import { parseSync, Visitor } from 'vite'
import type { ESTree } from 'vite'

/** A declaration of a built module; an overload is one of its own. */
export interface Declaration {
  readonly path: string
  readonly name: string
  /** Without comments, `export` and `declare`, and whatever else is the implementation's. */
  readonly text: string
  /** Names of types in it; type parameters and names of the platform among them. */
  readonly mentions: readonly string[]
  readonly isDocumented: boolean
  /** Members of `…Options` and `…Input` that have no docstring. */
  readonly undocumentedMembers: readonly string[]
}

/** A name here or outside, for a name of another module; `from` is '' for one of this module. */
export interface Link {
  readonly as: string
  readonly from: string
  readonly name: string
}

/** What a `*.d.ts` says, unlinked. */
export interface ApiModule {
  readonly declarations: readonly Declaration[]
  readonly imports: readonly Link[]
  readonly exports: readonly Link[]
}

/** Reads a module as TypeScript emits it. */
export function apiModule(path: string, code: string): ApiModule {
  const { program, module, comments } = parseSync(path, code)
  const { mentions, destructured } = namesOf(program)
  const essence = [...comments, ...destructured].reduce(blank, code)
  const textOf = ({ start, end }: ESTree.Span): string => tidy(essence.slice(start, end))
  const isDocumented = ({ start }: ESTree.Span): boolean =>
    comments.some(({ value, end }) => value.startsWith('*') && end <= start && code.slice(end, start).trim() === '')

  const declarations = program.body.flatMap((statement) => partsOf(statement).map(({ name, node, keyword }) => ({
    path,
    name,
    text: keyword + inLines(node, textOf),
    mentions: mentions.filter(({ start }) => start >= node.start && start < node.end).map((mention) => mention.name),
    isDocumented: isDocumented(statement),
    undocumentedMembers: (/(Options|Input)$/.test(name) ? membersOf(node) : []).filter((member) => !isDocumented(member)).map(({ key }) => textOf(key)),
  })))
  const imports = module.staticImports.flatMap(({ moduleRequest, entries }) =>
    entries.map(({ localName, importName }) => ({ as: localName.value, from: moduleRequest.value, name: importName.name ?? '*' })),
  )
  const exports = module.staticExports.flatMap(({ entries }) => entries).map(({ moduleRequest, importName, exportName, localName }) => {
    if (exportName.name === null) throw new Error(`${path}: exports are read by name, not by \`export *\` or as a default.`)
    return { as: exportName.name, from: moduleRequest?.value ?? '', name: importName.name ?? localName.name ?? exportName.name }
  })
  return { declarations, imports, exports }
}

function blank(text: string, { start, end }: ESTree.Span): string {
  return text.slice(0, start) + ' '.repeat(end - start) + text.slice(end)
}

/** Lines end where TypeScript would end them if there had been no comments. */
function tidy(text: string): string {
  const lines = text.replace(/^declare /, '').split('\n').map((line) => line.trimEnd())
  return lines.filter((line) => line !== '').join('\n').replaceAll(/\n\s*([|&]) /g, ' $1 ').replaceAll(/\{ +\}/g, '{ … }')
}

function partsOf(statement: ESTree.Program['body'][number]): { readonly name: string; readonly node: ESTree.Node; readonly keyword: string }[] {
  const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
  const parts = node?.type === 'VariableDeclaration' ? node.declarations : node === null ? [] : [node]
  const keyword = node?.type === 'VariableDeclaration' ? `${node.kind} ` : ''
  return parts.flatMap((part) => ('id' in part && part.id?.type === 'Identifier' ? [{ name: part.id.name, node: part, keyword }] : []))
}

/** A union that has a name gets a line for each member: that is what shows in a difference. */
function inLines(node: ESTree.Node, textOf: (span: ESTree.Span) => string): string {
  if (node.type !== 'TSTypeAliasDeclaration' || node.typeAnnotation.type !== 'TSUnionType') return textOf(node)
  const members = node.typeAnnotation.types.map((type) => `\n    | ${textOf(type).replaceAll('\n', '\n    ')}`)
  return `${textOf({ start: node.start, end: node.typeAnnotation.start })}${members.join('')};`
}

/** All but those that say that they are not there, as `password?: never` does in one form of several. */
function membersOf(node: ESTree.Node): (ESTree.TSPropertySignature | ESTree.TSMethodSignature)[] {
  if (node.type === 'TSTypeAliasDeclaration' || node.type === 'TSParenthesizedType') return membersOf(node.typeAnnotation)
  if (node.type === 'TSIntersectionType' || node.type === 'TSUnionType') return node.types.flatMap(membersOf)
  const members = node.type === 'TSInterfaceDeclaration' ? node.body.body : node.type === 'TSTypeLiteral' ? node.members : []
  const named = members.filter((member) => member.type === 'TSMethodSignature' || member.type === 'TSPropertySignature')
  return named.filter((member) => 'params' in member || !/^TS(Undefined|Never)Keyword$/.test(member.typeAnnotation?.typeAnnotation.type ?? ''))
}

interface Names {
  readonly mentions: readonly { readonly name: string; readonly start: number }[]
  /** Where parameters are taken apart, which says nothing to a caller. */
  readonly destructured: readonly ESTree.Span[]
}

function namesOf(program: ESTree.Program): Names {
  const mentions: { name: string; start: number }[] = []
  const destructured: ESTree.Span[] = []
  const add = (named: ESTree.Node | null): void => {
    if (named?.type === 'Identifier') mentions.push({ name: named.name, start: named.start })
    if (named?.type === 'TSQualifiedName') add(named.left)
  }
  const visitor = new Visitor({
    TSTypeReference: ({ typeName }) => add(typeName),
    TSTypeQuery: ({ exprName }) => add(exprName),
    TSInterfaceHeritage: ({ expression }) => add(expression),
    TSClassImplements: ({ expression }) => add(expression),
    ClassDeclaration: ({ superClass }) => add(superClass),
    ObjectPattern: ({ start, end, typeAnnotation }) => void destructured.push({ start: start + 1, end: (typeAnnotation?.start ?? end) - 1 }),
  })
  visitor.visit(program)
  return { mentions, destructured }
}
