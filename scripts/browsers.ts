import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright'

/** What the search asks of the machine: tests give a made-up one. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isRoot: boolean
  /** Where Playwright keeps the Chromium it downloads, downloaded or not. */
  readonly playwrightChromium: () => string
  readonly isFile: (path: string) => boolean
  readonly list: (directory: string) => readonly string[]
  /** Runs a command in sight of the user; true when it ended with 0. */
  readonly run: (command: string, args: readonly string[]) => boolean
}

export interface WebKit {
  readonly driver: string
  readonly miniBrowser: string
  readonly xvfb: string
}

export type Missing = { readonly missing: string; readonly install: string }

const chromiumPaths: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    '/usr/bin/google-chrome-stable',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
}

const firefoxPaths: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: ['/usr/bin/firefox-esr', '/usr/bin/firefox', '/snap/bin/firefox'],
  darwin: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
}

export const chromiumAdvice =
  'No Chromium or Chrome was found. Install one (`npx playwright install chromium`, or https://www.google.com/chrome), '
  + 'or set CHROMIUM_PATH to its executable.'

/** This machine. */
export const thisMachine: Machine = {
  platform: process.platform,
  env: process.env,
  isRoot: process.getuid?.() === 0,
  playwrightChromium: () => chromium.executablePath(),
  isFile: existsSync,
  list: (directory) => (existsSync(directory) ? readdirSync(directory) : []),
  run: (command, args) => spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0,
}

function windowsPaths(machine: Machine, tail: string): string[] {
  const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].map((name) => machine.env[name])
  return roots.flatMap((root) => (root === undefined ? [] : [join(root, tail)]))
}

function firstFile(machine: Machine, paths: readonly string[]): string | undefined {
  return paths.find((path) => machine.isFile(path))
}

/**
 * The Chromium to test with: `CHROMIUM_PATH`, Playwright's own download, then an installed Chrome or Chromium.
 *
 * A `CHROMIUM_PATH` that names nothing throws: quietly testing another browser than the one asked for would mislead.
 */
export function findChromium(machine: Machine = thisMachine): string | undefined {
  const asked = machine.env['CHROMIUM_PATH']
  if (asked) {
    if (machine.isFile(asked)) return asked
    throw new Error(`CHROMIUM_PATH is ${asked}, and there is no such file.`)
  }
  return firstFile(machine, [
    machine.playwrightChromium(),
    ...(chromiumPaths[machine.platform] ?? windowsPaths(machine, 'Google/Chrome/Application/chrome.exe')),
  ])
}

/** {@link findChromium}, and where there is none, an attempt to install one; throws with advice when that fails. */
export function ensureChromium(machine: Machine = thisMachine): string {
  const found = findChromium(machine)
  if (found !== undefined) return found
  for (const install of [playwrightInstall, debianInstall]) {
    install(machine)
    const installed = findChromium(machine)
    if (installed !== undefined) return installed
  }
  throw new Error(chromiumAdvice)
}

function playwrightInstall(machine: Machine): boolean {
  const cli = join(import.meta.dirname, '../node_modules/playwright/cli.js')
  return machine.run(process.execPath, [cli, 'install', 'chromium'])
}

function debianInstall(machine: Machine): boolean {
  if (!machine.isFile('/usr/bin/apt-get')) return false
  if (!machine.isRoot && !machine.isFile('/usr/bin/sudo')) return false
  // `sudo -n` never asks for a password: nobody may be there to type it.
  const [command, prefix] = machine.isRoot ? ['apt-get', []] : ['sudo', ['-n', 'apt-get']]
  machine.run(command, [...prefix, 'update'])
  return machine.run(command, [...prefix, 'install', '-y', '--no-install-recommends', 'chromium'])
}

/** A stock Firefox: Playwright drives it over WebDriver BiDi with its channel `moz-firefox`. */
export function findFirefox(machine: Machine = thisMachine): string | Missing {
  const paths = firefoxPaths[machine.platform] ?? windowsPaths(machine, 'Mozilla Firefox/firefox.exe')
  const asked = machine.env['FIREFOX_PATH']
  return (
    firstFile(machine, asked ? [asked] : paths) ?? {
      missing: asked ?? 'Firefox',
      install: 'apt-get install firefox-esr, or https://www.mozilla.org/firefox',
    }
  )
}

/** WebKitGTK's browser, its WebDriver and a display to show it on: Linux only. */
export function findWebKit(machine: Machine = thisMachine): WebKit | Missing {
  const driver = onPath(machine, 'WebKitWebDriver')
  const xvfb = onPath(machine, 'Xvfb')
  const miniBrowser = findMiniBrowser(machine)
  if (driver !== undefined && xvfb !== undefined && miniBrowser !== undefined) return { driver, xvfb, miniBrowser }
  const parts = { WebKitWebDriver: driver, MiniBrowser: miniBrowser, Xvfb: xvfb }
  const missing = Object.entries(parts).flatMap(([name, path]) => (path === undefined ? [name] : []))
  const install = machine.platform === 'linux' ? 'apt-get install webkit2gtk-driver xvfb' : 'it runs on Linux only'
  return { missing: missing.join(', '), install }
}

function onPath(machine: Machine, name: string): string | undefined {
  if (machine.platform !== 'linux') return undefined
  const directories = [...(machine.env['PATH'] ?? '').split(delimiter), '/usr/bin']
  return firstFile(machine, directories.map((directory) => join(directory, name)))
}

function findMiniBrowser(machine: Machine): string | undefined {
  if (machine.platform !== 'linux') return undefined
  // Debian keeps it under the machine's triplet, Fedora under libexec.
  const libraries = machine.list('/usr/lib').map((triplet) => join('/usr/lib', triplet))
  const versions = ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0']
  const paths = versions.flatMap((version) =>
    ['/usr/libexec', ...libraries].map((directory) => join(directory, version, 'MiniBrowser')),
  )
  return firstFile(machine, paths)
}
