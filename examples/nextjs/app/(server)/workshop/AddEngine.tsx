'use client'

import { useAuthedFetch } from '@tessera-auth/react'
import { useRouter } from 'next/navigation'
import { useState, type ReactNode } from 'react'

/** Changes something: `fetch` sends the cookie, and beside it the CSRF token, which no other site knows. */
export function AddEngine(): ReactNode {
  const fetch = useAuthedFetch()
  const router = useRouter()
  const [problem, setProblem] = useState<string | null>(null)
  const add = async (form: HTMLFormElement): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ name: new FormData(form).get('name') })
    const response = await fetch('/v1/resources', { method: 'POST', headers, body })
    if (!response.ok) throw new Error(response.status === 403 ? 'You may look, and add none.' : `The API answered ${response.status}.`)
    // Not before: what somebody typed is not lost with a request.
    form.reset()
    setProblem(null)
    router.refresh()
  }
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault()
        add(event.currentTarget).catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
      }}
    >
      <label>
        Another engine
        <input name="name" required maxLength={100} autoComplete="off" />
      </label>
      <button className="primary">Add it</button>
      {problem !== null && <p role="alert">{problem}</p>}
    </form>
  )
}
