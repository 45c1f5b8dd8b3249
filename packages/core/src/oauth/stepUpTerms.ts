import { membersOfText } from '../session/record.ts'
import { toStepUpChallenge, type StepUpChallenge } from '../session/stepUpChallenge.ts'

/** What the answer to a step-up is held to, here or after a journey to the provider. */
export interface StepUpTerms {
  /** Who has to come back. */
  readonly subject: string
  /** Of the session that was in use. */
  readonly family: string
  /** What was asked for, in all. */
  readonly scope: readonly string[]
  readonly challenge: StepUpChallenge
}

/** Reads terms that a transaction kept as text, or gives `null` for anything else. */
export function readTerms(text: string): StepUpTerms | null {
  const { subject, family, scope, challenge: given } = membersOfText(text)
  const challenge = toStepUpChallenge(given)
  if (challenge === null || typeof subject !== 'string' || typeof family !== 'string' || !Array.isArray(scope) || !scope.every(isText)) return null
  return { subject, family, scope, challenge }
}

/** A session may have been granted what no challenge could name, such as one with a space in a list. */
function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** All scopes of several lists, each once. */
export function unionOf(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())]
}
