import { useId, type ReactNode } from 'react'
import { Scroller } from '../shell/Scroller.tsx'
import type { Answer } from './answer.ts'

/** What the last call came to. The one on the screen stays until the next is there, so nothing flickers. */
export function AnswerPanel({ answer }: { readonly answer: Answer | null }): ReactNode {
  const headingId = useId()
  return (
    <section className="panel answer">
      <h2 id={headingId}>Answer</h2>
      <Scroller labelledBy={headingId} isLive>
        {answer === null ? (
          <p className="empty">Call the API, and its answer shows here.</p>
        ) : (
          <Details answer={answer} />
        )}
      </Scroller>
    </section>
  )
}

function Details({ answer }: { readonly answer: Answer }): ReactNode {
  const { name, status, words, isGood, body } = answer
  return (
    <>
      <p className="answer-line">
        <code>{name}</code>
        {status !== null && (
          <strong className="answer-status" data-tone={isGood ? 'good' : 'bad'}>
            {status}
          </strong>
        )}
      </p>
      <p>{words}</p>
      {body !== null && <pre>{body}</pre>}
    </>
  )
}
