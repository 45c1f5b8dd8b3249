import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { freePort } from '../browsers/webkitDriver.ts'

/** No dependency of the workspace: it is larger than all of them together, and only this needs it. */
const version = '15.34.2'
const home = join(import.meta.dirname, '../../node_modules/.firebase-emulator', version)

export interface FirebaseEmulator {
  readonly url: string
  readonly stop: () => Promise<void>
}

/** Path of Firebase's command line, which is downloaded where this version of it is missing. */
export function installFirebaseTools(): string {
  const cli = join(home, 'node_modules/firebase-tools/lib/bin/firebase.js')
  if (existsSync(cli)) return cli
  console.log(`> npm install firebase-tools@${version} (240 MB, once)`)
  mkdirSync(home, { recursive: true })
  const args = ['install', '--prefix', home, '--ignore-scripts', '--no-audit', '--no-fund', `firebase-tools@${version}`]
  // On Windows npm is a script, which only a shell can run.
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' })
  if (status !== 0) throw new Error('firebase-tools could not be installed.')
  return cli
}

/** Starts the Auth emulator for the project `demo-tessera`, which belongs to nobody. It is ready when this resolves. */
export async function startFirebaseEmulator(cli: string): Promise<FirebaseEmulator> {
  const directory = mkdtempSync(join(tmpdir(), 'tessera-firebase-'))
  const host = '127.0.0.1'
  const port = await freePort()
  const emulators = {
    auth: { host, port },
    hub: { host, port: await freePort() },
    logging: { host, port: await freePort() },
    ui: { enabled: false },
  }
  writeFileSync(join(directory, 'firebase.json'), JSON.stringify({ emulators }))

  const child = spawn(process.execPath, [cli, 'emulators:start', '--only', 'auth', '--project', 'demo-tessera'], {
    cwd: directory,
    // What it keeps of its own goes where it ends with the run.
    env: { ...process.env, XDG_CONFIG_HOME: directory, TMPDIR: directory, NO_UPDATE_NOTIFIER: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill('SIGINT')) await once(child, 'exit')
    rmSync(directory, { recursive: true, force: true })
  }
  process.once('exit', () => child.kill())
  if (!(await isReady(child))) {
    await stop()
    throw new Error('The Firebase emulator did not start.')
  }
  return { url: `http://${host}:${port}`, stop }
}

async function isReady({ stdout }: ChildProcessByStdio<null, Readable, null>): Promise<boolean> {
  for await (const line of createInterface(stdout)) {
    if (!line.includes('All emulators ready')) continue
    // Nobody reads on, and a full pipe would stop it.
    stdout.resume()
    return true
  }
  return false
}
