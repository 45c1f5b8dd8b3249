import { useEffect, useState } from 'react'
import { environment } from '../environment.ts'

const now = (): number => environment.clock.now().wallAt

/**
 * The time of now in epoch milliseconds, four times a second: often enough for a countdown by the second. By the clock of the auths,
 * which the devtools may have moved.
 */
export function useNow(): number {
  const [at, setAt] = useState(now)
  useEffect(() => {
    const timer = setInterval(() => setAt(now()), 250)
    return () => clearInterval(timer)
  }, [])
  return at
}
