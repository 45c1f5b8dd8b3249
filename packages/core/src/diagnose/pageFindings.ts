import type { Environment } from '../browser/environment.ts'
import type { Finding } from '../session/finding.ts'

interface PageOptions {
  readonly name: string
  readonly allowFraming: boolean
  readonly environment: Pick<Environment, 'page' | 'crypto'>
  readonly signal: AbortSignal
}

/** What is wrong with the page itself. */
export function pageFindings({ name, allowFraming, environment: { page, crypto }, signal }: PageOptions): readonly Finding[] {
  const findings: Finding[] = []
  if (!crypto.isSecureContext()) {
    findings.push({
      code: 'insecure_context',
      severity: 'error',
      message: 'crypto.subtle is missing, as it is on http pages: no login with PKCE, and no session for several tabs.',
      cure: 'Serve the app by https, or open it as localhost.',
    })
  }
  if (page.isFramed?.() === true) findings.push(framed(allowFraming))
  if (hasTwin({ name, signal, environment: { page } })) findings.push(twin(name))
  return findings
}

/** Whether somebody else of this name is at work on this page. On a server, others are of other people. */
export function hasTwin({ name, signal, environment: { page } }: Pick<PageOptions, 'name' | 'signal'> & { readonly environment: Pick<Environment, 'page'> }): boolean {
  return page.isBrowser() && [...(page.roster?.() ?? [])].some((resident) => resident.name === name && resident.signal !== signal && !resident.signal.aborted)
}

/** Two that do not know of each other. */
export function twin(name: string): Finding {
  return {
    code: 'two_auths',
    severity: 'error',
    message: `Two auths named "${name}" are at work on this page: they share storage and tabs, and each refreshes without the other.`,
    cure: 'Create one auth, in a module of its own, and dispose() one that is replaced. Give two that are meant a "name" each. Look whether the bundle has two copies of this library.',
  }
}

function framed(allowFraming: boolean): Finding {
  const common = 'This page is in a frame of another origin: browsers may keep its storage apart or block it, and most providers show no login in a frame'
  return allowFraming
    ? { code: 'framed', severity: 'warning', message: `${common}.`, cure: "Sign in by presentation: 'popup'. Name who may frame the page in frame-ancestors." }
    : {
        code: 'framed',
        severity: 'error',
        message: `${common}. Nor does login() begin here.`,
        cure: 'Open the page by itself. If it is meant to be framed, set allowFraming, and name who may in frame-ancestors.',
      }
}
