import { isLoopback, isSecureUrl } from '../checkOptions.ts'
import type { DiagnosisHost } from '../methods/method.ts'
import type { Finding, FindingCode } from '../session/finding.ts'

interface ApiOptions {
  /** The option, as it was given. */
  readonly api: string | readonly string[] | undefined
  /** `null`: there is no page. */
  readonly page: URL | null
  readonly ask: DiagnosisHost['ask']
  /** Whether the credential travels as `Authorization: Bearer`. */
  readonly isBearer: boolean
}

/** What keeps `auth.fetch` from its destinations. */
export async function apiFindings({ api, page, ask, isBearer }: ApiOptions): Promise<readonly Finding[]> {
  // Asked in any case: the answers of this page's own server tell what its clock says.
  const own = page !== null && isSecureUrl(page) ? await ask(page.origin, { method: 'HEAD' }) : null
  if (api === undefined) return own === null ? [missing(page)] : obstacles(own, ['csp_blocked', 'unreachable', 'offline'])
  const found = await Promise.all([api].flat().map((entry) => destinationFindings(new URL(entry), { page, ask, isBearer })))
  return found.flat()
}

async function destinationFindings(url: URL, { page, ask, isBearer }: Omit<ApiOptions, 'api'>): Promise<readonly Finding[]> {
  if (page !== null && isLoopback(url.hostname) && !isLoopback(page.hostname)) return [local(url, page)]
  const plain = await ask(url.href)
  if ('cure' in plain || !isBearer || page?.origin === url.origin) return obstacles(plain, ['csp_blocked', 'unreachable', 'offline', 'cors_blocked'])
  // A token that is none: what counts is whether the browser may send such a header there.
  const asked = await ask(url.href, { headers: { authorization: 'Bearer none' } })
  return 'cure' in asked && asked.code === 'cors_blocked' ? [withoutHeader(url)] : []
}

/** Of CORS this is no proof: an API may allow other addresses than the one that was tried. Of redirects it says nothing. */
function obstacles(asked: Response | Finding, codes: readonly FindingCode[]): readonly Finding[] {
  if (!('cure' in asked) || !codes.includes(asked.code)) return []
  return [asked.code === 'cors_blocked' ? { ...asked, severity: 'warning' } : asked]
}

function withoutHeader({ href }: URL): Finding {
  return {
    code: 'cors_blocked',
    severity: 'warning',
    message: `${href} can be read from here, but not with the header Authorization.`,
    cure: 'Have the API name Authorization in Access-Control-Allow-Headers, answer OPTIONS without a credential, and send its CORS headers with a 401 too.',
  }
}

function missing(page: URL | null): Finding {
  const whose = page === null ? 'there is no page here' : `this page's own, ${page.origin}, is not https`
  return {
    code: 'api_missing',
    // A program may have no use for auth.fetch.
    severity: page === null ? 'warning' : 'error',
    message: `auth.fetch sends nothing: without "api" it sends to the page's own origin alone, and ${whose}.`,
    cure: 'Name in "api" where credentials may go, or serve the app by https.',
  }
}

function local(url: URL, page: URL): Finding {
  return {
    code: 'api_local',
    severity: 'warning',
    message: `"api" names ${url.origin}, which is whatever machine the browser runs on, and this page is of ${page.origin}.`,
    cure: 'Look whether the app was built with settings of development.',
  }
}
