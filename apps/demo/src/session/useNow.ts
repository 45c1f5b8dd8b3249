import { useEffect, useState } from 'react'

/** The time of now in epoch milliseconds, four times a second: often enough for a countdown by the second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [])
  return now
}
