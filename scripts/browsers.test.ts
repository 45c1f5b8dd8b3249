import { describe, expect, it } from 'vitest'
import { ensureChromium, findChromium, findFirefox, findWebKit } from './browsers.ts'
import type { Machine } from './browsers.ts'

const playwright = '/home/me/.cache/ms-playwright/chromium/chrome'

interface Pretend extends Partial<Omit<Machine, 'run'>> {
  readonly files?: readonly string[]
  /** The file that a command leaves behind. */
  readonly installs?: Readonly<Record<string, string>>
}

function pretend({ files = [], installs = {}, ...given }: Pretend = {}): { machine: Machine; ran: string[] } {
  const present = new Set(files)
  const ran: string[] = []
  const run: Machine['run'] = (command, args) => {
    const line = [command, ...args].join(' ')
    ran.push(line)
    const installed = Object.entries(installs).find(([part]) => line.includes(part))?.[1]
    if (installed !== undefined) present.add(installed)
    return installed !== undefined
  }
  const machine: Machine = {
    platform: 'linux',
    env: {},
    isRoot: true,
    playwrightChromium: () => playwright,
    isFile: (path) => present.has(path),
    list: () => [],
    run,
    ...given,
  }
  return { machine, ran }
}

describe('findChromium', () => {
  it.each([
    ['CHROMIUM_PATH before all others', { CHROMIUM_PATH: '/mine' }, ['/mine', playwright], '/mine'],
    ['the download of Playwright before an installed one', {}, [playwright, '/usr/bin/chromium'], playwright],
    ['Chrome before Chromium', {}, ['/usr/bin/chromium', '/usr/bin/google-chrome'], '/usr/bin/google-chrome'],
    ['nothing', {}, [], undefined],
  ])('takes %s', (_, env, files, expected) => {
    expect(findChromium(pretend({ env, files }).machine)).toBe(expected)
  })

  it('refuses a CHROMIUM_PATH that is not there, even where another Chromium is', () => {
    const { machine } = pretend({ env: { CHROMIUM_PATH: '/gone' }, files: ['/usr/bin/chromium'] })
    expect(() => findChromium(machine)).toThrow('CHROMIUM_PATH is /gone')
  })

  it('looks for Chrome where macOS and Windows keep it', () => {
    const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
    expect(findChromium(pretend({ platform: 'darwin', files: [mac] }).machine)).toBe(mac)
    const windows = pretend({
      platform: 'win32',
      env: { LOCALAPPDATA: '/Local' },
      files: ['/Local/Google/Chrome/Application/chrome.exe'],
    })
    expect(findChromium(windows.machine)).toBe('/Local/Google/Chrome/Application/chrome.exe')
  })
})

describe('ensureChromium', () => {
  it('installs nothing where one is found', () => {
    const { machine, ran } = pretend({ files: ['/usr/bin/chromium'] })
    expect(ensureChromium(machine)).toBe('/usr/bin/chromium')
    expect(ran).toEqual([])
  })

  it('asks Playwright to download one first', () => {
    const { machine, ran } = pretend({ installs: { 'install chromium': playwright } })
    expect(ensureChromium(machine)).toBe(playwright)
    expect(ran).toHaveLength(1)
  })

  it('asks apt next, with sudo where the user is not root', () => {
    const files = ['/usr/bin/apt-get', '/usr/bin/sudo']
    const installs = { 'apt-get install -y': '/usr/bin/chromium' }
    const { machine, ran } = pretend({ isRoot: false, files, installs })
    expect(ensureChromium(machine)).toBe('/usr/bin/chromium')
    expect(ran.slice(1)).toEqual([
      'sudo -n apt-get update',
      'sudo -n apt-get install -y --no-install-recommends chromium',
    ])
  })

  it('says what to install when nothing helped', () => {
    const { machine, ran } = pretend({ isRoot: false, files: ['/usr/bin/apt-get'] })
    expect(() => ensureChromium(machine)).toThrow('npx playwright install chromium')
    expect(ran).toHaveLength(1)
  })
})

describe('findFirefox', () => {
  it('prefers the extended support release', () => {
    const { machine } = pretend({ files: ['/usr/bin/firefox', '/usr/bin/firefox-esr'] })
    expect(findFirefox(machine)).toBe('/usr/bin/firefox-esr')
  })

  it('says what is missing and how to get it', () => {
    expect(findFirefox(pretend().machine)).toMatchObject({ missing: 'Firefox' })
  })
})

describe('findWebKit', () => {
  const parts = ['/usr/bin/WebKitWebDriver', '/usr/bin/Xvfb', '/usr/lib/arm64/webkit2gtk-4.1/MiniBrowser']
  const list = (): string[] => ['arm64']

  it('finds the driver, the browser of this machine, and the display', () => {
    const [driver, xvfb, miniBrowser] = parts
    expect(findWebKit(pretend({ files: parts, list }).machine)).toEqual({ driver, xvfb, miniBrowser })
  })

  it.each(parts)('names what is missing without %s', (part) => {
    const { machine } = pretend({ files: parts.filter((other) => other !== part), list })
    expect(findWebKit(machine)).toMatchObject({ missing: part.split('/').at(-1) })
  })

  it('is for Linux only', () => {
    const { machine } = pretend({ platform: 'darwin', files: parts, list })
    expect(findWebKit(machine)).toMatchObject({ install: 'it runs on Linux only' })
  })
})
