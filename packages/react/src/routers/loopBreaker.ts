import { AuthError, type Environment } from '@tessera-auth/core'

/** How often somebody may be sent to sign in on the way to one place … */
const mostTimes = 5

/** … within this time: more often than people click, and each round of a loop takes less. */
const withinMs = 10_000

const key = 'tessera:signInRedirects'

/**
 * Counts who is sent to sign in, and ends what would go on for ever: a sign-in page that takes somebody for signed in and sends
 * them back, or a session that is lost by coming back. Kept in the tab's storage, because a loop may lead through other pages.
 *
 * @returns Called with the path to where the person was going: its search may be another in each round. Gives an AuthError
 * `redirect_loop` if it goes round, or `null`.
 */
export function createLoopBreaker({ clock, tabStorage }: Pick<Environment, 'clock' | 'tabStorage'>): (path: string) => AuthError | null {
  let kept: string | null = null
  const keep = (text: string): void => {
    kept = text
    try {
      tabStorage.setItem(key, text)
    } catch {
      // Full or blocked: it lasts as long as the page.
    }
  }

  return (path) => {
    const now = clock.now().wallAt
    const times = timesOf(tabStorage.getItem(key) ?? kept, path).filter((at) => Math.abs(now - at) < withinMs)
    // Whoever tries again starts anew.
    keep(times.length < mostTimes ? `${[...times, now].join(',')} ${path}` : '')
    return times.length < mostTimes ? null : goesRound(path)
  }
}

/** When somebody was sent to sign in on the way to this place. */
function timesOf(text: string | null, path: string): number[] {
  const [times = '', ...place] = (text ?? '').split(' ')
  return place.join(' ') === path ? times.split(',').map(Number) : []
}

function goesRound(path: string): AuthError {
  return new AuthError(
    'redirect_loop',
    `Going to ${path} led to the sign-in page again and again, and back. Either that page takes somebody for signed in who is not, ` +
      'as with another auth, or the session is lost by coming back, as one in memory is by loading the page.',
    { option: 'signInPath' },
  )
}
