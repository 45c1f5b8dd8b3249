import { useRefreshStatus } from '@tessera-auth/react'
import { useId, type ReactNode } from 'react'
import { formatDuration } from '../formatDuration.ts'
import { formatTime } from '../formatTime.ts'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { useNow } from './useNow.ts'

/** Time to the next refresh, or else to the end, and how old the access token is. */
export function Countdown({ auth }: { readonly auth: DemoAuth }): ReactNode {
  const { phase } = useRefreshStatus()
  const now = useNow()
  // By the clock of this moment: the store has them by that of the last event, and the clock may have been set back since.
  const { receivedAt, refreshAt, expiresAt } = auth.tokens.status
  const labelId = useId()
  // Asked for this very moment, a refresh has no time any more: it is now.
  const nextAt = phase === 'refreshing' ? now : refreshAt
  const isLast = nextAt === null && expiresAt !== null
  const awaitedAt = isLast ? expiresAt : nextAt
  return (
    <div className="countdown">
      <p className="countdown-line">
        <span id={labelId}>{isLast ? 'Expires in' : 'Next refresh in'}</span>
        <span role="timer" aria-labelledby={labelId} className="countdown-time" data-none={awaitedAt === null}>
          {awaitedAt === null ? '–' : formatDuration(awaitedAt - now)}
        </span>
      </p>
      <TokenAge {...{ receivedAt, nextAt, expiresAt, now }} />
      <dl className="moments">
        <Moment name="Received" at={receivedAt} />
        <Moment name="Next refresh" at={nextAt} />
        <Moment name="Expires" at={expiresAt} />
      </dl>
    </div>
  )
}

interface TokenAgeProps {
  readonly receivedAt: number | null
  readonly nextAt: number | null
  readonly expiresAt: number | null
  readonly now: number
}

/** From receipt to expiry, with a mark at the refresh. */
function TokenAge({ receivedAt, nextAt, expiresAt, now }: TokenAgeProps): ReactNode {
  const lifeMs = receivedAt === null || expiresAt === null ? 0 : expiresAt - receivedAt
  const share = (at: number | null): number =>
    at === null || receivedAt === null || lifeMs <= 0 ? 0 : Math.min(1, Math.max(0, (at - receivedAt) / lifeMs))
  return (
    <div className="token-age">
      <progress aria-label="Age of the access token" max={1} value={share(now)} />
      {nextAt !== null && <span className="token-age-mark" style={{ insetInlineStart: `${share(nextAt) * 100}%` }} />}
    </div>
  )
}

function Moment({ name, at }: { readonly name: string; readonly at: number | null }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{at === null ? '–' : formatTime(at)}</dd>
    </div>
  )
}
