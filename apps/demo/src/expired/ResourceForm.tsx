import { useAuthedFetch } from '@tessera-auth/react'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { identityOrigin } from '../identityOrigin.ts'
import { errorWords } from '../words/errorWords.ts'

/** Something to lose: a form that is filled in while the session may end. */
export function ResourceForm({ children }: { readonly children: ReactNode }): ReactNode {
  const authedFetch = useAuthedFetch()
  const [result, setResult] = useState('Nothing sent yet.')

  const add = async (name: string): Promise<string> => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }) }
    const { ok, status } = await authedFetch(`${identityOrigin}/v1/resources`, init)
    return ok ? `Added “${name}”.` : `Not added: the server answered ${status}.`
  }
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    const name = new FormData(event.currentTarget).get('name')
    setResult('Sending…')
    setResult(await add(typeof name === 'string' ? name : '').catch((error: unknown) => errorWords(error)))
  }
  return (
    <section className="panel" aria-label="A new resource">
      <form className="fields" onSubmit={(event) => void submit(event)}>
        <label className="field">
          Name of the resource
          <input name="name" required maxLength={100} autoComplete="off" />
        </label>
        <div className="button-row">
          <button type="submit" className="primary">
            Add it
          </button>
          {children}
        </div>
        <p className="hint" aria-live="polite">
          {result}
        </p>
      </form>
    </section>
  )
}
