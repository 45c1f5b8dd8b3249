import { choice, type Choice } from './choice.ts'

/** Lives of access tokens that the identity server offers, in seconds. */
type Lifetime = '8' | '60' | '3600'

/** How long tokens live. */
export const lifetimeChoice: Choice<Lifetime> = choice(
  'Token lifetime',
  [
    { value: '8', label: '8 s', hint: 'Refreshed after 6 s.' },
    { value: '60', label: '60 s', hint: 'Refreshed after 45 s.' },
    { value: '3600', label: '1 h', hint: 'Refreshed after 55 min.' },
  ],
  '60',
)
