import { dirname, join } from 'node:path/posix'
import { apiModule } from './apiModule.ts'
import type { ApiModule, Declaration, Link } from './apiModule.ts'

/** A package as it is built. */
export interface BuiltPackage {
  readonly name: string
  /** Where the declarations are, by the keys of its export map. */
  readonly entries: Readonly<Record<string, string>>
  readonly read: (path: string) => string
}

/** What a package exports, as a page; and what of it has no docstring. */
export interface ApiReport {
  readonly page: string
  readonly problems: readonly string[]
}

/** What a name stands for, behind all imports: a declaration of this package, or a name and the package that it is of. */
type Origin = Declaration | string

interface Linker {
  readonly exportsOf: (path: string) => { readonly as: string; readonly origins: readonly Origin[] }[]
  readonly mentionsOf: (origin: Origin) => Origin[]
}

const note = 'Written by `pnpm api`, from what is built. A change of this page is a change for users.'

/** Shows what each entry exports, by name, and what that mentions beyond: a type that nobody can import is a fault. */
export function apiReport({ name, entries, read }: BuiltPackage): ApiReport {
  const { exportsOf, mentionsOf } = createLinker(read)
  const sections = Object.entries(entries).map(([key, path]) => ({ title: name + key.slice(1), exports: exportsOf(path) }))
  const exports = sections.flatMap((section) => section.exports)
  const exported = new Set(exports.flatMap(({ origins }) => origins))
  const shown = new Set(exported)
  // A set gives what is added to it while one walks it.
  for (const origin of shown) for (const mentioned of mentionsOf(origin)) shown.add(mentioned)

  const declarations = [...shown].filter((origin) => typeof origin !== 'string')
  const hidden = declarations.filter((declaration) => !exported.has(declaration)).map(({ text }) => text)
  const foreign = [...shown].filter((origin) => typeof origin === 'string').map((origin) => `import type ${origin}`)
  const blocks = [
    ...sections.map((section) => block(section.title, section.exports.map(({ as, origins }) => origins.map((origin) => textOf(as, origin)).join('\n')))),
    block('Mentioned above, and not exported', hidden.sort()),
    block('Of other packages', foreign.length === 0 ? [] : [foreign.sort().join('\n')]),
  ]
  // Of several overloads, one has the docstring.
  const bare = exports.filter(({ origins }) => origins.every((origin) => typeof origin !== 'string' && !origin.isDocumented)).map(({ as }) => as)
  const bareMembers = declarations.flatMap((each) => each.undocumentedMembers.map((member) => `${each.name}.${member}`))
  return {
    page: `# API of ${name}\n\n${note}\n${blocks.join('')}`,
    problems: [...new Set([...bare, ...bareMembers])].map((what) => `${name}: ${what} has no docstring.`),
  }
}

function createLinker(read: BuiltPackage['read']): Linker {
  const modules = new Map<string, ApiModule>()
  const load = (path: string): ApiModule => {
    const module = modules.get(path) ?? apiModule(path, read(path))
    modules.set(path, module)
    return module
  }
  /** Empty for type parameters, and for what the platform has. */
  const find = (path: string, name: string): Origin[] => {
    const { declarations, imports } = load(path)
    const own = declarations.filter((declaration) => declaration.name === name)
    return own.length > 0 ? own : imports.filter(({ as }) => as === name).flatMap((link) => follow(path, link))
  }
  const follow = (path: string, { from, name }: Link): Origin[] => {
    if (from === '') return find(path, name)
    if (!from.startsWith('.')) return [`{ ${name} } from '${from}'`]
    const target = join(dirname(path), from.replace(/\.tsx?$/, '.d.ts'))
    return exportOf(target, name)
  }
  // Each overload is exported, under one name.
  const exportOf = (path: string, name: string): Origin[] => {
    const links = load(path).exports.filter(({ as }) => as === name)
    return [...new Set(links.flatMap((link) => follow(path, link)))]
  }
  return {
    exportsOf(path) {
      const names = new Set(load(path).exports.map(({ as }) => as))
      return [...names].sort().map((as) => ({ as, origins: exportOf(path, as) }))
    },
    mentionsOf: (origin) => (typeof origin === 'string' ? [] : origin.mentions.flatMap((name) => find(origin.path, name))),
  }
}

function textOf(as: string, origin: Origin): string {
  if (typeof origin === 'string') return `export ${origin.startsWith(`{ ${as} }`) ? origin : origin.replace(' }', ` as ${as} }`)}`
  return origin.name === as ? origin.text : `${origin.text}\nexport { ${origin.name} as ${as} }`
}

function block(title: string, texts: readonly string[]): string {
  return texts.length === 0 ? '' : `\n## ${title}\n\n\`\`\`typescript\n${texts.join('\n\n')}\n\`\`\`\n`
}
