import type { Environment } from '../browser/environment.ts'
import { report } from '../browser/report.ts'
import type { TokenStorage } from '../browser/storage.ts'
import { withDeadline } from '../browser/withDeadline.ts'
import { createBoundedFetch } from '../http/boundedFetch.ts'
import type { AuthMethod, DiagnosisHost, MethodContext } from '../methods/method.ts'
import type { Finding } from '../session/finding.ts'
import { apiFindings } from './apiFindings.ts'
import { clockFindings } from './clockFindings.ts'
import { obstacle } from './obstacle.ts'
import { pageFindings } from './pageFindings.ts'
import { createReach } from './reach.ts'
import { storageFindings } from './storageFindings.ts'
import { tabsFindings } from './tabsFindings.ts'

export { warnings } from './warnings.ts'

/** The auth that is looked at. */
export interface DiagnosisOptions {
  readonly name: string
  readonly api?: string | readonly string[] | undefined
  readonly storage: 'memory' | 'session' | TokenStorage
  readonly shareAcrossTabs: boolean
  readonly requestTimeoutMs: number
  readonly allowFraming: boolean
  readonly methods: readonly {
    readonly method: Pick<AuthMethod<never>, 'callback' | 'retryInput' | 'attach' | 'diagnose'>
    readonly context: () => MethodContext
  }[]
  readonly environment: Environment
  /** Aborts on `dispose()`; one of its own for each auth. */
  readonly signal: AbortSignal
}

type Ask = DiagnosisHost['ask']

/** Looks for what is wrong, all at once; errors first. Rejects only when the auth was disposed of. */
export async function diagnose(options: DiagnosisOptions): Promise<readonly Finding[]> {
  const { api, methods, environment: { page }, signal } = options
  signal.throwIfAborted()
  const href = page.isBrowser() ? page.href() : null
  const url = href === null ? null : new URL(href)
  const clocks: Finding[] = []
  const ask = createAsk(options, url?.origin ?? 'null', clocks)
  const isBearer = methods.every(({ method }) => method.attach === undefined)
  const found = await Promise.all([
    storageFindings(options),
    tabsFindings(options),
    apiFindings({ api, page: url, ask, isBearer }),
    ...methods.map((each) => methodFindings(each, ask, options)),
  ])
  return inOrder([...(url === null ? [] : pageFindings(options)), ...found.flat(), ...clocks])
}

/** Requests that a method may make one after the other, each of which may take its whole time. */
const mostRequests = 10

/** A fault of a method's own hides nothing of what else was found. */
async function methodFindings({ method, context }: DiagnosisOptions['methods'][number], ask: Ask, options: DiagnosisOptions): Promise<readonly Finding[]> {
  const { requestTimeoutMs, environment: { timer } } = options
  try {
    return await withDeadline({ timer, deadlineMs: mostRequests * requestTimeoutMs }, async () => (await method.diagnose?.({ context, ask })) ?? [])
  } catch (error) {
    report(error)
    return []
  }
}

function createAsk({ environment, requestTimeoutMs, signal }: DiagnosisOptions, pageOrigin: string, clocks: Finding[]): Ask {
  const { network, timer, clock } = environment
  const fetch = createBoundedFetch(network, timer, requestTimeoutMs)
  const reach = createReach({ fetch, environment, deadlineMs: requestTimeoutMs, signal })
  return async (url, init) => {
    const reached = await reach(url, init)
    if (reached.type !== 'answered') return obstacle(url, reached, pageOrigin)
    if (clocks.length === 0) clocks.push(...clockFindings(url, reached.response, clock.now().wallAt))
    return reached.response
  }
}

/** Errors first, and each thing once: several requests may have failed for the same reason. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const once = [...new Map(findings.map((finding) => [finding.code + finding.message, Object.freeze({ ...finding })])).values()]
  return Object.freeze([...once.filter(({ severity }) => severity === 'error'), ...once.filter(({ severity }) => severity !== 'error')])
}
