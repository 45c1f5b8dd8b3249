import { spawnSync } from 'node:child_process'
import type { StdioOptions } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Runs a JavaScript command of the workspace in sight of the user, without a shell; true when it ended with 0. */
export function node(script: string, args: readonly string[], directory = '.'): boolean {
  console.log(`> ${[script.replace(/^node_modules\//, ''), ...args].join(' ')}`)
  const stdio: StdioOptions = ['ignore', 'inherit', 'inherit']
  return spawnSync(process.execPath, [join(root, script), ...args], { cwd: join(root, directory), stdio }).status === 0
}
