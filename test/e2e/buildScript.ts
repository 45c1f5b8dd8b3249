import { join } from 'node:path'
import { build, defaultClientConditions, type Alias } from 'vite'

const root = join(import.meta.dirname, '../..')

/** What a page of its own loads, with the packages from their source; in development, where StrictMode does everything twice. */
export async function buildScript(input: string, alias: Alias[] = []): Promise<string> {
  const built = await build({
    root,
    configFile: false,
    // What is for servers only is of no use here, and said of each file.
    logLevel: 'error',
    mode: 'development',
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: { conditions: ['@tessera-auth/source', ...defaultClientConditions], alias },
    build: { write: false, minify: false, target: 'es2022', modulePreload: false, rolldownOptions: { input, output: { codeSplitting: false } } },
  })
  const chunks = [built].flat().flatMap((each) => ('output' in each ? each.output : [])).filter((file) => file.type === 'chunk')
  return chunks.map(({ code }) => code).join('\n')
}
