import { choice, type Choice } from './choice.ts'

/** Where tokens can be kept. */
type Storage = 'memory' | 'session'

/** Where tokens are kept. */
export function storageChoice(initial: Storage): Choice<Storage> {
  return choice(
    'Storage',
    [
      { value: 'memory', label: 'Memory', hint: 'Forgets at reload.' },
      { value: 'session', label: 'Session', hint: 'Survives a reload, ends with the tab.' },
    ],
    initial,
  )
}
