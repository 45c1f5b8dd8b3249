import { join } from 'node:path'
import { build, defaultClientConditions } from 'vite'

/** Scripts by their paths on the site. */
export type Scripts = ReadonlyMap<string, string>

/** Builds the pages as an app would be built, from the sources of the packages; nothing is written. */
export async function buildPage(): Promise<Scripts> {
  const root = join(import.meta.dirname, 'page')
  const input = ['main', 'conductor'].map((name) => join(root, `${name}.ts`))
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: ['@tessera-auth/source', ...defaultClientConditions] },
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input, output: { entryFileNames: 'assets/[name].js' } },
    },
  })
  const outputs = [built].flat().flatMap((each) => ('output' in each ? each.output : []))
  return new Map(outputs.flatMap((file) => (file.type === 'chunk' ? [[`/${file.fileName}`, file.code] as const] : [])))
}
