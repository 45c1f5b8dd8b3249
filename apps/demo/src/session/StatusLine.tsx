import { useAuth, useRefreshStatus, type AuthView } from '@tessera-auth/react'
import { useEffect, useRef, type ReactNode } from 'react'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { statusWords, type WhoWords } from '../words/statusWords.ts'

interface StatusLineProps {
  readonly who: WhoWords
  readonly auth: Pick<DemoAuth, 'lastSignOut'>
}

/** The state of the session, in one sentence or two. */
export function StatusLine({ who, auth: { lastSignOut } }: StatusLineProps): ReactNode {
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
      {statusWords(auth, refresh, { who, lastSignOut })}
    </p>
  )
}

function tone({ isAuthenticated, reason, error, status }: AuthView): 'good' | 'ended' | 'quiet' | 'troubled' {
  if (isAuthenticated) return 'good'
  if (status === 'loading' && error !== null) return 'troubled'
  return reason === null || reason === 'never_signed_in' || reason === 'user' ? 'quiet' : 'ended'
}
