import type { Scripts } from './buildPage.ts'
import type { Engine, Tab } from './engine.ts'
import type { Report, Stored } from './page/command.ts'
import { createSite, type Site } from './site.ts'
import { until } from './until.ts'

/** A browser with the app in several tabs of one session. */
export interface Stage {
  readonly site: Site
  readonly engine: Engine
  /** By the names under which they report. */
  readonly tabs: ReadonlyMap<string, Tab>
  readonly names: () => readonly string[]
  /** Which page is in a tab now. */
  readonly pageIn: (name: string) => string
  /** Sees to it that somebody is signed in in so many tabs: in one by the provider, of which the others are duplicates. */
  readonly signedIn: (count: number) => Promise<void>
  /** As the browser's "Duplicate tab" does: a new tab with a copy of that one's sessionStorage. Gives its name. */
  readonly duplicate: (from: string) => Promise<string>
  /** The same by `window.open`; only where the engine can. */
  readonly openFrom: (from: string) => Promise<string>
  readonly close: (name: string) => Promise<void>
  /** Runs something after which another page, or the same one, reports from the tab. */
  readonly turn: (name: string, act: (tab: Tab) => Promise<void>) => Promise<Report>
  /** Waits until all tabs have the same token; gives what each of them says. */
  readonly agreed: () => Promise<readonly Report[]>
  readonly end: () => Promise<void>
}

export async function createStage(engine: Engine, scripts: Scripts): Promise<Stage> {
  const site = await createSite(scripts)
  const tabs = new Map<string, Tab>()
  const pages = new Map<string, string>()
  let opened = 0

  const conductor = await engine.open()
  await conductor.goto(`${site.origin}/conductor`)

  const turn: Stage['turn'] = async (name, act) => {
    const said = site.next(name)
    const tab = tabs.get(name)
    if (tab === undefined) throw new Error(`There is no tab ${name}.`)
    const [report] = await Promise.all([said, act(tab)])
    pages.set(name, report.page)
    return report
  }
  const goHome = (name: string): Promise<Report> => turn(name, (tab) => tab.goto(`${site.origin}/?tab=${name}`))
  const newName = (): string => String(++opened)
  const fill = async (tab: Tab, stored: Stored): Promise<void> => {
    await tab.goto(`${site.origin}/blank`)
    await tab.evaluate(`sessionStorage.clear(), ${JSON.stringify(stored)}.forEach(([name, value]) => sessionStorage.setItem(name, value))`)
  }
  const storedIn = async (name: string): Promise<Stored> => (await tabs.get(name)?.evaluate('Object.entries(sessionStorage)')) as Stored

  const duplicate: Stage['duplicate'] = async (from) => {
    const stored = await storedIn(from)
    const [name, tab] = [newName(), await engine.open()]
    tabs.set(name, tab)
    await fill(tab, stored)
    await goHome(name)
    return name
  }
  const close: Stage['close'] = async (name) => {
    const tab = tabs.get(name)
    tabs.delete(name)
    await tab?.close()
  }

  const signIn = async (): Promise<void> => {
    const [name, tab] = [newName(), await engine.open()]
    tabs.set(name, tab)
    await fill(tab, [])
    await goHome(name)
    await signInAtProvider(site, tab)
    await goHome(name)
  }

  return {
    site,
    engine,
    tabs,
    names: () => [...tabs.keys()],
    pageIn: (name) => pages.get(name) ?? '',
    async signedIn(count) {
      // What a failed test left behind must not fail the next.
      for (const page of pages.values()) site.gate.letBack(page)
      site.gate.open()
      const reports = await site.ask({ type: 'look' }, [...tabs.keys()]).catch(() => new Map<string, Report>())
      const tokens = new Set([...reports.values()].map(({ token }) => token))
      const isSignedIn = tokens.size === 1 && !tokens.has(undefined)
      for (const name of tabs.keys()) if (!isSignedIn || tabs.size > count) await close(name)
      if (!isSignedIn) await signIn()
      const [name = ''] = tabs.keys()
      await Promise.all(Array.from({ length: count - tabs.size }, () => duplicate(name)))
    },
    duplicate,
    async openFrom(from) {
      const [name, tab] = [newName(), tabs.get(from)]
      if (engine.clickOpen === undefined || tab === undefined) throw new Error('This engine cannot.')
      const said = site.next(name)
      await tab.evaluate(`document.querySelector('button').value = '${name}'`)
      tabs.set(name, await engine.clickOpen(tab, 'button'))
      pages.set(name, (await said).page)
      return name
    },
    close,
    turn,
    async agreed() {
      let reports: readonly Report[] = []
      await until('all tabs have the same token', async () => {
        reports = [...(await site.ask({ type: 'look' }, [...tabs.keys()])).values()]
        return new Set(reports.map(({ token, status }) => `${token} ${status}`)).size === 1
      }).catch((error: unknown) => {
        throw new Error(JSON.stringify(reports), { cause: error })
      })
      return reports
    },
    async end() {
      await engine.close()
      await site.close()
    },
  }
}

/** By the real pages of the identity server: whichever of them it shows. */
async function signInAtProvider(site: Site, tab: Tab): Promise<void> {
  let report: Report | undefined
  void site.next('callback').then((said) => (report = said), () => {})
  await tab.evaluate('window.app.login()')
  // A page that is being left cannot answer.
  await until('somebody has signed in', async () => {
    await tab.evaluate(`(${fillIn.toString()})()`).catch(() => {})
    return report !== undefined
  })
  if (report?.status !== 'authenticated') throw new Error(`After the sign-in the state is ${report?.status}.`)
}

/** Runs in the page. */
function fillIn(): void {
  const [form] = document.forms
  if (form === undefined || form.dataset['isFilled'] === 'yes') return
  form.dataset['isFilled'] = 'yes'
  const values = { email: 'ada@example.com', password: 'correct-horse' }
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name)
    if (field instanceof HTMLInputElement) field.value = value
  }
  const button = form.querySelector<HTMLButtonElement>('button[value="sign-in"], button[value="allow"]')
  // Once this script has given its answer: the page of a click is gone.
  if (button !== null) queueMicrotask(() => button.click())
}
