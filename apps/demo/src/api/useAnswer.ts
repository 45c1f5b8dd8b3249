import { useRef, useState } from 'react'
import { answerTo, type Answer, type Question } from './answer.ts'

/** The answer to the last question, how to ask one, and how to forget it. */
export function useAnswer(): [Answer | null, (question: Question) => void, () => void] {
  const [answer, setAnswer] = useState<Answer | null>(null)
  const latest = useRef(0)

  const ask = async (question: Question): Promise<void> => {
    const own = ++latest.current
    const next = await answerTo(question)
    if (own === latest.current) setAnswer(next)
  }
  const forget = (): void => {
    latest.current++
    setAnswer(null)
  }
  return [answer, (question) => void ask(question), forget]
}
