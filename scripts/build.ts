import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { node } from './node.ts'

const root = join(import.meta.dirname, '..')

// In this order: the others are compiled against the built core, as their users will be.
for (const name of ['core', 'react', 'testing', 'react-query', 'devtools']) {
  rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true })
  if (!node('node_modules/typescript/bin/tsc', ['-p', `packages/${name}/tsconfig.build.json`])) process.exit(1)
}
