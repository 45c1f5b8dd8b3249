import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build, defaultClientConditions, minifySync } from 'vite'
import type { Rolldown } from 'vite'

/** Bytes over the wire, by encoding. */
export interface Weight {
  readonly minified: number
  readonly gzip: number
  readonly brotli: number
}

/** What one app weighs: at start-up (its entry and what that imports statically) and in total (dynamic imports too). */
export interface Bundle {
  readonly startUp: Weight
  readonly total: Weight
  /** Each package's part of the minified total, by the weight of its modules minified one by one: near, not exact. */
  readonly packages: ReadonlyMap<string, number>
  /** All of it. */
  readonly code: string
}

const root = join(import.meta.dirname, '..')
const folder = 'test/size'
/** What is no app with a method: the part that these share, and React alone. */
const others = ['startApp', 'react-only']

/** The apps that are weighed, by the method's subpath. */
export function sizeApps(): ReadonlyMap<string, string> {
  const paths = globSync(`${folder}/*.{ts,tsx}`, { cwd: root }).map((path) => path.replaceAll('\\', '/'))
  const named = paths.map((path) => [basename(path).replace(/\.tsx?$/, ''), path] as const)
  return new Map(named.filter(([name]) => !others.includes(name)).sort(([one], [other]) => one.localeCompare(other)))
}

const nothing: Weight = { minified: 0, gzip: 0, brotli: 0 }

/** Bundles an app for production, in memory: its packages' build, or their source where `fromSource`. */
export async function bundle(entry: string, fromSource: boolean): Promise<Bundle> {
  const result = await build({
    configFile: false,
    root,
    logLevel: 'error',
    mode: 'production',
    resolve: { conditions: [...(fromSource ? ['@tessera-auth/source'] : []), ...defaultClientConditions] },
    build: { write: false, modulePreload: false, rolldownOptions: { input: join(root, entry) } },
  })
  const outputs = Array.isArray(result) ? result : 'output' in result ? [result] : []
  const chunks = outputs.flatMap(({ output }) => output.filter((file) => file.type === 'chunk'))
  const code = chunks.map((chunk) => chunk.code).join('\n')
  return { startUp: sum(startUpChunks(chunks)), total: sum(chunks), packages: packageWeights(chunks), code }
}

/** One weight over another. */
export function over(weight: Weight, base: Weight): Weight {
  return {
    minified: weight.minified - base.minified,
    gzip: weight.gzip - base.gzip,
    brotli: weight.brotli - base.brotli,
  }
}

/** The entry chunks and all they import statically, each once. */
export function startUpChunks<Chunk extends Pick<Rolldown.OutputChunk, 'fileName' | 'imports' | 'isEntry'>>(
  chunks: readonly Chunk[],
): Chunk[] {
  const reached = new Set(chunks.filter((chunk) => chunk.isEntry))
  // A set gives what is added to it while one walks it.
  for (const { imports } of reached) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) reached.add(chunk)
  }
  return [...reached]
}

/** The package that a module belongs to; `app` for the app itself. */
export function packageOf(id: string): string {
  const path = id.replaceAll('\\', '/').replace(/^\0/, '')
  const workspace = /\/packages\/([^/]+)\//.exec(path)?.[1]
  if (workspace !== undefined) return `@tessera-auth/${workspace}`
  // pnpm nests: the last node_modules names the package.
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? 'app'
}

function sum(chunks: readonly Rolldown.OutputChunk[]): Weight {
  return chunks.map(weigh).reduce((total, weight) => over(total, over(nothing, weight)), nothing)
}

function weigh({ code }: Rolldown.OutputChunk): Weight {
  const bytes = Buffer.from(code)
  const [gzip, brotli] = [gzipSync(bytes, { level: 9 }), brotliCompressSync(bytes)]
  return { minified: bytes.length, gzip: gzip.length, brotli: brotli.length }
}

function packageWeights(chunks: readonly Rolldown.OutputChunk[]): Map<string, number> {
  const weights = new Map<string, number>()
  for (const [id, { code }] of chunks.flatMap((chunk) => Object.entries(chunk.modules))) {
    // Not compressed: in a module alone, what other modules use looks unused.
    const alone = code === null ? '' : minifySync(id, code, { compress: false, mangle: { toplevel: true } }).code
    weights.set(packageOf(id), (weights.get(packageOf(id)) ?? 0) + Buffer.byteLength(alone))
  }
  const scale = sum(chunks).minified / [...weights.values()].reduce((total, weight) => total + weight, 0)
  return new Map([...weights].map(([name, weight]) => [name, Math.round(weight * scale)]))
}
