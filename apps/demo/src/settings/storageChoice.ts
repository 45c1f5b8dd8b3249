import type { TokenManagerOptions } from '@tessera-auth/core'
import { choice, type Choice } from './choice.ts'

/** Where tokens can be kept, and who has them too. */
type Storage = 'memory' | 'session' | 'shared'

/** Where tokens are kept. */
export function storageChoice(initial: Storage): Choice<Storage> {
  return choice(
    'Storage',
    [
      { value: 'memory', label: 'Memory', hint: 'Forgets at reload.' },
      { value: 'session', label: 'Session', hint: 'Survives a reload, ends with the tab.' },
      { value: 'shared', label: 'Shared', hint: 'In memory, and in that of new tabs; ends with the last.' },
    ],
    initial,
  )
}

/** The same as options of `createAuth`. */
export function storageOptions(storage: Storage): Pick<TokenManagerOptions, 'storage' | 'shareAcrossTabs'> {
  return storage === 'shared' ? { storage: 'memory', shareAcrossTabs: true } : { storage }
}
