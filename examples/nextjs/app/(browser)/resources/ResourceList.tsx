'use client'

import { useAuthedFetch } from '@tessera-auth/react'
import { useEffect, useState, type ReactNode } from 'react'
import { backend } from '../../backend'
import { Names } from '../../Names'
import { namesIn } from '../../namesIn'

export function ResourceList(): ReactNode {
  const fetch = useAuthedFetch()
  const [names, setNames] = useState<readonly string[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    const leaving = new AbortController()
    const read = async (): Promise<void> => {
      const response = await fetch(`${backend}/v1/resources`, { signal: leaving.signal })
      if (!response.ok) throw new Error(`The API answered ${response.status}.`)
      setNames(namesIn(await response.json()))
    }
    read().catch((error: unknown) => leaving.signal.aborted || setProblem(String(error)))
    return () => leaving.abort()
  }, [fetch])

  if (problem !== null) return <p role="alert">{problem}</p>
  return names === null ? <p role="status">One moment…</p> : <Names names={names} />
}
