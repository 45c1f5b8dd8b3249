import { openPage } from './openedPage.ts'
import type { Origin } from './origin.ts'
import type { Load, Tab } from './tab.ts'
import type { TabMemory } from './visitEnvironment.ts'

/** What a tab starts with. */
export interface TabOptions<App> {
  readonly origin: Origin
  readonly id: number
  readonly load: Load<App>
  readonly href: string
  readonly items: Iterable<readonly [string, string]>
  /** Opens another tab with these items. */
  readonly open: (href: string, items: Iterable<readonly [string, string]>) => Tab<App>
}

type Lifecycle = 'close' | 'crash' | 'reload' | 'navigate' | 'duplicate' | 'freeze' | 'thaw' | 'leave' | 'comeBack' | 'hide' | 'show' | 'wake' | 'setStorage'

export function createTab<App>(options: TabOptions<App>): Tab<App> {
  const { origin, id, href, items } = options
  const memory: TabMemory = { storage: { items: new Map(items), condition: 'works' }, href, departures: [], isVisible: true }
  const load = (): ReturnType<typeof openPage<App>> => openPage(origin, { tab: id, memory, load: options.load })
  let page = load()
  const reload = (): void => {
    page.end()
    page = load()
  }
  return {
    id,
    get app() {
      return page.app
    },
    get environment() {
      return page.environment
    },
    get state() {
      return page.visit.state
    },
    get isAlive() {
      return page.visit.state !== 'gone'
    },
    get isVisible() {
      return memory.isVisible
    },
    get href() {
      return memory.href
    },
    sessionStorage: memory.storage.items,
    departures: memory.departures,
    holdings: () => page.holdings(),
    ...lifecycle(options, memory, { page: () => page, reload }),
  }
}

interface Inside<App> {
  readonly page: () => ReturnType<typeof openPage<App>>
  readonly reload: () => void
}

function lifecycle<App>({ origin, open }: TabOptions<App>, memory: TabMemory, { page, reload }: Inside<App>): Pick<Tab<App>, Lifecycle> {
  return {
    reload,
    close() {
      page().end()
      memory.storage.items.clear()
    },
    crash: () => page().end(),
    navigate(url) {
      memory.href = new URL(url, memory.href).href
      reload()
    },
    duplicate: () => open(memory.href, memory.storage.items),
    freeze: () => void page().move('running', 'frozen'),
    thaw() {
      if (!page().move('frozen', 'running')) return
      page().wake('resumed')
      page().release()
    },
    leave() {
      if (page().move('running', 'cached')) origin.locks.drop(page().visit)
    },
    comeBack() {
      if (!page().move('cached', 'running')) return
      page().wake('restored')
      origin.locks.renew(page().visit)
      page().release()
    },
    hide: () => void (memory.isVisible = false),
    show() {
      memory.isVisible = true
      page().wake('visible')
    },
    wake: (reason) => page().wake(reason),
    setStorage: (condition) => void (memory.storage.condition = condition),
  }
}
