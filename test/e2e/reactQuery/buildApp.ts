import { join } from 'node:path'
import { build, defaultClientConditions } from 'vite'

const root = join(import.meta.dirname, '../../..')

/** Pages that there are. */
export type App = 'main' | 'expired'

/** A page's script, with the React of this major version; in development, where StrictMode does everything twice. */
export async function buildApp(react: '18' | '19', app: App): Promise<string> {
  const old = { find: /^(react|react-dom|zustand)(?=$|\/)/, replacement: join(root, 'test/react-18/node_modules/$1') }
  const built = await build({
    root,
    configFile: false,
    // What is for servers only is of no use here, and said of each file.
    logLevel: 'error',
    mode: 'development',
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: { conditions: ['@tessera-auth/source', ...defaultClientConditions], alias: react === '18' ? [old] : [] },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: join(import.meta.dirname, `app/${app}.tsx`), output: { codeSplitting: false } },
    },
  })
  const chunks = [built].flat().flatMap((each) => ('output' in each ? each.output : [])).filter((file) => file.type === 'chunk')
  return chunks.map(({ code }) => code).join('\n')
}
