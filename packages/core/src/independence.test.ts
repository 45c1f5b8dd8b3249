import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const folder = import.meta.dirname
const sources = globSync('**/*.ts', { cwd: folder, exclude: (name) => /\.test(-d)?\.ts$/.test(name) })
const manifest = JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8')) as Record<
  string,
  Record<string, unknown> | undefined
>
/** What users can import. */
const entries = Object.values(manifest['exports'] ?? {}).map((entry) =>
  relative(folder, join(folder, '..', (entry as Record<string, string>)['@tessera-auth/source'] ?? '')),
)

const globals = [
  'window,document,navigator,location,history,self,sessionStorage,localStorage,indexedDB,crypto,fetch',
  'setTimeout,setInterval,queueMicrotask,performance,addEventListener,BroadcastChannel,Worker,reportError,process',
].flatMap((names) => names.split(','))

/**
 * Imports files one after the other in a fresh Node where react cannot be found, and gives, for each, the globals that
 * were touched on the way and who touched them.
 */
async function touched(files: readonly string[]): Promise<Record<string, string[]>> {
  const script = `
    import { registerHooks } from 'node:module'
    registerHooks({
      resolve(specifier, context, next) {
        if (/^react(-dom)?($|\\/)/.test(specifier)) throw new Error('imported ' + specifier)
        return next(specifier, context)
      },
    })
    let file
    const found = {}
    for (const name of ${JSON.stringify(globals)}) {
      const value = globalThis[name]
      Object.defineProperty(globalThis, name, {
        configurable: true,
        get() {
          const caller = new Error().stack.split('\\n')[2] ?? ''
          // Node itself reads some of these while it loads files.
          if (file === undefined || caller.includes('node:')) return value
          const touches = (found[file] ??= [])
          touches.push(name + caller.replace(/.*(src|node_modules)/, ' in $1'))
          return value
        },
      })
    }
    for (file of ${JSON.stringify(files)}) await import(${JSON.stringify(pathToFileURL(folder).href)} + '/' + file)
    const [tested] = [file, (file = 'control'), globalThis.navigator]
    console.log(JSON.stringify(found))`
  const args = ['--conditions=@tessera-auth/source', '--input-type=module', '--no-warnings', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: join(folder, '..') })
  const { control, ...found } = JSON.parse(stdout) as Record<string, string[]>
  expect(control, 'the trap itself works').toHaveLength(1)
  return found
}

test('there are sources to look at', () => {
  expect(entries).toContain('index.ts')
  expect(sources).toEqual(expect.arrayContaining([...entries, join('browser', 'wake.ts')]))
  expect(sources.length).toBeGreaterThan(40)
})

test('SS-03 importing what users import touches no global, libraries included', async () => {
  expect(await touched(entries)).toEqual({})
})

test('SS-03 importing any file touches no global by our own hand', async () => {
  const found = Object.entries(await touched(sources)).map(
    ([file, touches]) => [file, touches.filter((touch) => !touch.includes(' in node_modules'))] as const,
  )
  expect(found.filter(([, touches]) => touches.length > 0)).toEqual([])
})

test('no framework is a dependency, nor imported by any file', () => {
  const fields = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies']
  const packages = fields.flatMap((field) => Object.keys(manifest[field] ?? {}))
  expect(packages).toEqual(['jose', 'oauth4webapi', 'zustand'])
  const imports = sources.flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import\()\s*'((?:@[^/']+\/)?[^./'@][^/']*)/g)].map(
      ([, name]) => name,
    ),
  )
  expect(new Set(imports)).toEqual(new Set(packages))
})

/** What installing a package runs. */
const atInstall = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare']

test('SS-12 all packages together depend on three others, which depend on none, and installing them runs nothing', () => {
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as typeof manifest
  const own = globSync('*/package.json', { cwd: join(folder, '../..') }).map((path) => read(join(folder, '../..', path)))
  expect(own.length).toBeGreaterThan(4)
  const names = (found: typeof manifest): string[] => ['dependencies', 'optionalDependencies', 'bundledDependencies'].flatMap((field) => Object.keys(found[field] ?? {}))
  const needed = [...new Set(own.flatMap(names))].sort()
  expect(needed).toEqual(['jose', 'oauth4webapi', 'zustand'])
  const theirs = needed.map((name) => read(join(folder, '../node_modules', name, 'package.json')))
  expect(theirs.flatMap(names)).toEqual([])
  for (const { scripts } of [...own, ...theirs]) expect(Object.keys(scripts ?? {}).filter((name) => atInstall.includes(name))).toEqual([])
  // Who built it, from what, is signed with it.
  for (const { publishConfig } of own) expect(publishConfig).toMatchObject({ provenance: true })
})

test('AK-05 ST-16 no file names localStorage or a cookie', () => {
  const found = sources.filter((file) => /\blocalStorage\b|\bdocument\.cookie\b|\bcookieStore\b/.test(readFileSync(join(folder, file), 'utf8')))
  expect(found).toEqual([])
})

test('SS-12 nothing happens at import: the package says that it has no side effects', () => {
  expect(manifest['sideEffects']).toBe(false)
})
