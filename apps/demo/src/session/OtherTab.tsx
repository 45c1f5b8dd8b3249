import { useAuth } from '@tessera-auth/react'
import { useId, type ReactNode } from 'react'
import { OneOf } from '../shell/OneOf.tsx'

/** How another tab comes by the session, by where that is kept. */
const ways: Readonly<Record<string, string>> = {
  memory: 'What is in memory only, no other tab has: for this, sign in with another storage.',
  session: 'A copy of this tab takes the session along. The two refresh it in turns, and leave it together.',
  shared: 'A new tab asks this one to let it in. The two refresh the session in turns, and leave it together.',
  cookie: 'Every tab sends the cookie, so every tab has this session, and they leave it together.',
}

interface OtherTabProps {
  /** A key of {@link ways}. */
  readonly kept: string | undefined
}

/** Opens this page once more, with the session. Always in place, so that nothing moves at sign-in. */
export function OtherTab({ kept = 'memory' }: OtherTabProps): ReactNode {
  const isSignedIn = useAuth(({ isAuthenticated }) => isAuthenticated)
  const wayId = useId()
  return (
    <div className="other-tab">
      <button type="button" className="quiet" disabled={!isSignedIn || kept === 'memory'} aria-describedby={wayId} onClick={openCopy}>
        Open this session in another tab
      </button>
      <p id={wayId} className="hint">
        <OneOf texts={Object.values(ways)} shown={ways[kept] ?? ''} />
      </p>
    </div>
  )
}

/** Opened by this page, a tab gets a copy of its sessionStorage. */
function openCopy(): void {
  window.open(location.href)
}
