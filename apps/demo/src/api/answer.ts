import { answerWords } from '../words/answerWords.ts'
import { errorWords } from '../words/errorWords.ts'

/** Something to ask for, with what to call it on the screen. */
export interface Question {
  readonly name: string
  /** Gives an answer over HTTP, or says in words what was done. */
  readonly ask: () => Promise<Response | string>
}

/** What came of a {@link Question}. */
export interface Answer {
  readonly name: string
  /** In words. */
  readonly words: string
  readonly isGood: boolean
  /** Of an answer over HTTP, such as `403 Forbidden`. */
  readonly status: string | null
  /** Of an answer over HTTP, laid out for reading; `null` when it has none. */
  readonly body: string | null
}

/** Asks. Never rejects: a failure is an answer too. */
export async function answerTo({ name, ask }: Question): Promise<Answer> {
  try {
    const response = await ask()
    if (typeof response === 'string') return { name, words: response, isGood: true, status: null, body: null }
    const { status, statusText, ok } = response
    const body = layOut(await response.text())
    const statusLine = `${status} ${statusText}`.trim()
    return { name, words: answerWords(status), isGood: ok, status: statusLine, body: body === '' ? null : body }
  } catch (error) {
    return { name, words: errorWords(error), isGood: false, status: null, body: null }
  }
}

function layOut(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
