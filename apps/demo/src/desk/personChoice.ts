import { choice, type Choice } from '../settings/choice.ts'

/** Somebody whom the desk hands things out to. */
export type Recipient = 'ada@example.com' | 'bob@example.com'

/** Whose token or key it is to be. */
export const personChoice: Choice<Recipient> = choice('Handed out to', [
  { value: 'ada@example.com', label: 'Ada', hint: 'May read and write.' },
  { value: 'bob@example.com', label: 'Bob', hint: 'May only read.' },
])
