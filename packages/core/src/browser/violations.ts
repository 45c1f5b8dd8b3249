/** A request that a Content-Security-Policy did not let out. */
export interface Violation {
  /** The directive that it broke: `connect-src`. */
  readonly directive: string
  /** Where it was to go. */
  readonly url: string
}

/** Tells what this page's Content-Security-Policy blocks. */
export interface Violations {
  /** Listens until the returned function is called, which gives what was heard. */
  readonly watch: () => () => readonly Violation[]
}

/** The real ones: `securitypolicyviolation`, which the document alone hears. Silent where there is none. */
export const pageViolations: Violations = {
  watch() {
    const heard: Violation[] = []
    if (typeof document === 'undefined') return () => heard
    const listen = (event: SecurityPolicyViolationEvent): void => {
      if (event.disposition === 'enforce') heard.push({ directive: event.effectiveDirective, url: event.blockedURI })
    }
    document.addEventListener('securitypolicyviolation', listen)
    return () => {
      document.removeEventListener('securitypolicyviolation', listen)
      return heard
    }
  },
}
