import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { node } from './node.ts'

const root = join(import.meta.dirname, '..')
const tarballs = mkdtempSync(join(tmpdir(), 'tessera-packages-'))

/** Packs as a release would: pnpm puts versions where the manifest says `workspace:`. */
function pack(directory: string): void {
  const pnpm = process.env['npm_execpath']
  if (pnpm === undefined) throw new Error('Run this as `pnpm check:package`.')
  const [command, prefix] = /\.[cm]?js$/.test(pnpm) ? [process.execPath, [pnpm]] : [pnpm, []]
  const args = [...prefix, 'pack', '--pack-destination', tarballs]
  const { status, stderr } = spawnSync(command, args, { cwd: join(root, directory), encoding: 'utf8' })
  if (status !== 0) throw new Error(`pnpm pack in ${directory} failed: ${stderr}`)
}

function isSound(tarball: string): boolean {
  const path = join(tarballs, tarball)
  const isPublishable = node('node_modules/publint/src/cli.js', ['--strict', path])
  // The packages are ES modules only; Node 20 and later can require() those.
  const attw = [path, '--profile', 'esm-only', '--no-emoji']
  return node('node_modules/@arethetypeswrong/cli/dist/index.js', attw) && isPublishable
}

try {
  for (const manifest of globSync('packages/*/package.json', { cwd: root }).sort()) pack(join(manifest, '..'))
  const results = globSync('*.tgz', { cwd: tarballs }).sort().map(isSound)
  process.exitCode = results.length > 0 && results.every(Boolean) ? 0 : 1
} finally {
  rmSync(tarballs, { recursive: true })
}
