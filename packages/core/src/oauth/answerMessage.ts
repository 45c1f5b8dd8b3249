import { membersOf } from '../ownMembers.ts'

/** What a popup says to the window that opened it: here is what the provider answered. */
export function answerMessage(url: URL): object {
  return { type: 'tessera:answer', url: url.href }
}

/** What that window says when it has taken the answer. */
export function receivedMessage(state: string): object {
  return { type: 'tessera:received', state }
}

/** Names the line on which the two find each other when the provider's page has cut their ties (Cross-Origin-Opener-Policy). */
export function channelName(state: string): string {
  return `tessera:${state}`
}

/** The address that a message hands over; `null`: it is none of ours, or not of this login. */
export function readAnswer(message: unknown, state: string): URL | null {
  const { type, url } = membersOf(message)
  if (type !== 'tessera:answer' || typeof url !== 'string' || !URL.canParse(url)) return null
  const address = new URL(url)
  return address.searchParams.get('state') === state ? address : null
}

/** Whether a message says that the answer to this login was taken. */
export function isReceived(message: unknown, expected: string): boolean {
  const { type, state } = membersOf(message)
  return type === 'tessera:received' && state === expected
}
