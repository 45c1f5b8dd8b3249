import { join } from 'node:path'
import { buildScript } from '../buildScript.ts'

const root = join(import.meta.dirname, '../../..')

/** Pages that there are. */
export type App = 'main' | 'expired'

/** A page's script, with the React of this major version. */
export function buildApp(react: '18' | '19', app: App): Promise<string> {
  const old = { find: /^(react|react-dom|zustand)(?=$|\/)/, replacement: join(root, 'test/react-18/node_modules/$1') }
  return buildScript(join(import.meta.dirname, `app/${app}.tsx`), react === '18' ? [old] : [])
}
