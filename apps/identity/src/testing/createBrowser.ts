/** A page after all redirects. */
export interface Page {
  readonly url: URL
  /** 0 when the redirects led to another site, which is not opened. */
  readonly status: number
  readonly html: string
  readonly headers: Headers
  /** All `Set-Cookie` lines on the way here. */
  readonly setCookies: readonly string[]
}

/** Just enough of a browser for the tests: cookies, redirects and forms. */
export interface TestBrowser {
  open(url: string | URL): Promise<Page>
  /** Sends the form of a page with its hidden fields and these values. */
  submit(page: Page, values: Readonly<Record<string, string>>): Promise<Page>
}

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

const maxRedirects = 10

/** Makes a browser with no cookies. */
export function createBrowser(origin: string): TestBrowser {
  const jar = new Map<string, Cookie>()

  async function follow(url: URL, init: RequestInit = {}, earlier: readonly string[] = [], hops = 0): Promise<Page> {
    if (hops > maxRedirects) throw new Error('too many redirects')
    if (url.origin !== origin) return { url, status: 0, html: '', headers: new Headers(), setCookies: earlier }
    const headers = { accept: 'text/html', cookie: cookieHeader(jar, url) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    const setCookies = [...earlier, ...response.headers.getSetCookie()]
    for (const line of response.headers.getSetCookie()) keepCookie(jar, line)
    const location = response.headers.get('location')
    const html = await response.text()
    if (location === null) return { url, status: response.status, html, headers: response.headers, setCookies }
    return follow(new URL(location, url), {}, setCookies, hops + 1)
  }

  return {
    open: (url) => follow(new URL(url)),
    submit(page, values) {
      const form = readForm(page)
      const body = new URLSearchParams({ ...form.hidden, ...values })
      return follow(form.action, { method: 'POST', body })
    },
  }
}

function readForm({ html, url }: Page): { action: URL; hidden: Readonly<Record<string, string>> } {
  const action = /<form[^>]* action="([^"]*)"/.exec(html)?.[1]
  if (action === undefined) throw new Error(`no form on ${url.pathname}`)
  const hidden: Record<string, string> = {}
  for (const [, name = '', value = ''] of html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    hidden[name] = value
  }
  return { action: new URL(action, url), hidden }
}

function cookieHeader(jar: ReadonlyMap<string, Cookie>, { pathname }: URL): string {
  const sent = [...jar.values()].filter(({ path }) => pathname.startsWith(path))
  return sent.map(({ name, value }) => `${name}=${value}`).join('; ')
}

function keepCookie(jar: Map<string, Cookie>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const [name = '', value = ''] = pair.split('=')
  const path = attributes.find((attribute) => attribute.startsWith('path='))?.slice('path='.length) ?? '/'
  const expires = attributes.find((attribute) => attribute.startsWith('expires='))?.slice('expires='.length)
  const key = `${path} ${name}`
  if (value === '' || (expires !== undefined && Date.parse(expires) <= Date.now())) jar.delete(key)
  else jar.set(key, { name, value, path })
}
