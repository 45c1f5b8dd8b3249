import type { Cell } from '../createCell.ts'

/** What the panel asks of the page that it is in: the one file of this package that names globals. */
export interface PanelPage {
  /** Makes an element of its own at the end of the page, whose styles neither come in nor get out. */
  readonly attach: (css: string) => PanelHost
  readonly memory: PanelMemory
  /** Height that can be seen, in CSS pixels. */
  readonly viewHeight: Pick<Cell<number>, 'get' | 'subscribe'>
}

/** Where the panel is rendered. */
export interface PanelHost {
  readonly root: HTMLElement
  /** Chooses between light and dark; `system`: as the system has it. */
  readonly setTheme: (theme: string) => void
  readonly remove: () => void
}

/** Survives the tab; may be full, blocked, or hold anything. */
export interface PanelMemory {
  readonly read: () => string | null
  readonly write: (text: string) => void
}

const memoryKey = 'tessera-devtools'

export const panelPage: PanelPage = {
  attach(css) {
    const host = document.createElement('tessera-devtools')
    const shadow = host.attachShadow({ mode: 'open' })
    const root = document.createElement('div')
    root.className = 'root'
    // Its words are English, whatever the page is in.
    root.lang = 'en'
    root.dir = 'ltr'
    adopt(shadow, css)
    shadow.append(root)
    document.body.append(host)
    return { root, setTheme: (theme) => root.setAttribute('data-theme', theme), remove: () => host.remove() }
  },
  memory: {
    read: () => quietly(() => localStorage.getItem(memoryKey)),
    write: (text) => quietly(() => localStorage.setItem(memoryKey, text)),
  },
  viewHeight: {
    get: () => window.innerHeight,
    subscribe(listener) {
      window.addEventListener('resize', listener)
      return () => window.removeEventListener('resize', listener)
    },
  },
}

/** Not by a `<style>`, which a Content-Security-Policy of `style-src 'self'` forbids. */
function adopt(shadow: ShadowRoot, css: string): void {
  quietly(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    shadow.adoptedStyleSheets = [sheet]
  })
}

function quietly<R>(run: () => R): R | null {
  try {
    return run()
  } catch {
    return null
  }
}
