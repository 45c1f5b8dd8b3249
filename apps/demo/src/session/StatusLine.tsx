import { useAuth, useRefreshStatus, type AuthView } from '@tessera-auth/react'
import { useEffect, useRef, type ReactNode } from 'react'
import { statusWords, type WhoWords } from '../words/statusWords.ts'

/** The state of the session, in one sentence or two. */
export function StatusLine({ who }: { readonly who: WhoWords }): ReactNode {
  const auth = useAuth()
  const refresh = useRefreshStatus()
  const line = useRef<HTMLParagraphElement>(null)
  const isTroubled = refresh.phase === 'degraded' || refresh.phase === 'paused'

  const before = useRef(auth.status)
  useEffect(() => {
    const isSwitched = before.current !== 'loading' && before.current !== auth.status
    before.current = auth.status
    // The button that was pressed is off now, and took the keyboard's place on the page with it.
    const isLost = document.activeElement === document.body || document.activeElement?.matches(':disabled') === true
    if (isSwitched && isLost) line.current?.focus({ preventScroll: true })
  }, [auth.status])

  return (
    <p ref={line} tabIndex={-1} role="status" className="status" data-tone={isTroubled ? 'troubled' : tone(auth)}>
      {statusWords(auth, refresh, who)}
    </p>
  )
}

function tone({ isAuthenticated, reason, error, status }: AuthView): 'good' | 'ended' | 'quiet' | 'troubled' {
  if (isAuthenticated) return 'good'
  if (status === 'loading' && error !== null) return 'troubled'
  return reason === null || reason === 'never_signed_in' || reason === 'user' ? 'quiet' : 'ended'
}
