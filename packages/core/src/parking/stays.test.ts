import { expect, test } from 'vitest'
import { createEmitter } from '../browser/emitter.ts'
import { AuthError } from '../errors.ts'
import type { SessionRecord } from '../session/session.ts'
import type { TokenEvent } from '../tokens/tokenEvent.ts'
import { createStays } from './stays.ts'

const session = (subject: string, family = subject): SessionRecord => ({ accessToken: 'at', subject, user: null, scope: [], method: 'plain', family })

function watch(first: SessionRecord | null) {
  const events = createEmitter<TokenEvent>()
  const seen: string[] = []
  const tokens = {
    current: first && { tokens: first },
    subscribe: events.subscribe,
    /** The tokens change first, and those who listen are told later. */
    set: (next: SessionRecord | null) => void (tokens.current = next && { tokens: next }),
    tell: events.emit,
  }
  const stays = createStays({ tokens, onBack: () => seen.push('back'), onGone: (next) => seen.push(next) })
  return { tokens, seen, stays }
}
const over: TokenEvent = { type: 'ended', error: new AuthError('session_expired', 'over') }

test('whoever has tokens that nobody was told of yet is taken for nobody else', () => {
  const { tokens, seen, stays } = watch(session('ada'))
  const stay = stays.now()!
  expect([stays.isHere(stay), stay.isOver]).toEqual([true, false])
  tokens.set(session('bob'))
  expect([stays.isHere(stay), stays.now(), seen]).toEqual([false, null, []])
  tokens.tell({ type: 'set' })
  expect(seen).toEqual(['somebody'])
  expect([stays.isHere(stay), stays.now() === stay, stays.isHere(stays.now()!)]).toEqual([false, false, true])
})

test('a stay goes on through an end, and another login of the person, however often', () => {
  const { tokens, seen, stays } = watch(session('ada', 'one'))
  const stay = stays.now()!
  for (const family of ['two', 'three']) {
    tokens.set(null)
    tokens.tell(over)
    expect([stays.now() === stay, stays.isHere(stay), stay.isOver]).toEqual([true, false, true])
    tokens.set(session('ada', family))
    expect(stays.isHere(stay)).toBe(false)
    tokens.tell({ type: 'set' })
    expect([stays.isHere(stay), stay.isOver]).toEqual([true, false])
  }
  expect([stay.ends, seen]).toEqual([2, ['back', 'back']])
})

test('somebody unnamed who gets a name within the session is nobody else', () => {
  const { tokens, seen, stays } = watch({ ...session('', 'one'), subject: null })
  const stay = stays.now()!
  tokens.set(session('ada', 'one'))
  tokens.tell({ type: 'refreshed' })
  tokens.set(null)
  tokens.tell(over)
  tokens.set(session('ada', 'two'))
  tokens.tell({ type: 'set' })
  expect([stays.now() === stay, seen]).toEqual([true, ['back']])
})

test('what fails in between changes nothing', () => {
  const { tokens, seen, stays } = watch(session('ada'))
  const stay = stays.now()!
  tokens.set(null)
  tokens.tell(over)
  for (const type of ['refresh_failed', 'storage_failed', 'tabs_degraded'] as const) tokens.tell({ type, error: new AuthError('network', 'no') })
  expect([stays.now() === stay, seen]).toEqual([true, []])
  tokens.tell({ type: 'cleared', isElsewhere: true })
  expect([stays.now(), seen]).toEqual([null, ['nobody']])
})
