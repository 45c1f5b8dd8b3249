import { expect, test, vi } from 'vitest'
import { createEmitter } from '../browser/emitter.ts'
import type { WakeReason } from '../browser/wake.ts'
import { defer, type Deferred } from '../../test/world.ts'
import type { Change } from './catchUp.ts'
import { createLookout } from './lookout.ts'

const adopted: Change = { type: 'adopted' }
const left: Change = { type: 'left' }

function open() {
  const wakes = createEmitter<WakeReason>()
  const applied: Change[] = []
  const looks: Deferred<Change | null>[] = []
  const find = (): Promise<Change | null> => {
    const look = defer<Change | null>()
    looks.push(look)
    return look.promise
  }
  const onStop = vi.fn()
  const lookout = createLookout({ wake: wakes, atWake: () => [find], apply: (change) => applied.push(change), onStop })
  return { lookout, wakes, applied, looks, find, onStop }
}

test.each<WakeReason>(['visible', 'focus', 'online', 'restored', 'resumed'])('XT-11 looks when the page wakes: %s', async (reason) => {
  const { lookout, wakes, looks, applied } = open()
  lookout.start()
  expect(lookout.looking()).toBeNull()
  wakes.emit(reason)
  const looking = lookout.looking()
  expect(looking).not.toBeNull()
  looks[0]?.resolve(adopted)
  await looking
  expect(applied).toEqual([adopted])
  expect(lookout.looking()).toBeNull()
})

test('nothing new: nothing to take up', async () => {
  const { lookout, wakes, looks, applied } = open()
  lookout.start()
  wakes.emit('focus')
  looks[0]?.resolve(null)
  await lookout.looking()
  expect(applied).toEqual([])
})

test('XT-03 however many hints come during a look, one look of each kind follows it', async () => {
  const { lookout, looks, find } = open()
  lookout.start()
  const other = vi.fn(find)
  lookout.look(find)
  for (let hints = 0; hints < 1_000; hints++) for (const each of [other, find]) lookout.look(each)
  expect(looks).toHaveLength(1)
  looks[0]?.resolve(adopted)
  await lookout.looking()
  expect([looks.length, other.mock.calls.length]).toEqual([2, 1])
  looks[1]?.resolve(null)
  await lookout.looking()
  expect(looks).toHaveLength(3)
  expect(lookout.looking()).not.toBeNull()
  looks[2]?.resolve(null)
  await lookout.looking()
  expect([looks.length, lookout.looking(), other.mock.calls.length]).toEqual([3, null, 1])
})

test('ST-05 INV-20 a look that fails, as of what checks the tokens, finds nothing, and keeps nobody from the next', async () => {
  const { lookout, looks, find, applied } = open()
  lookout.start()
  lookout.look(find)
  lookout.look(find)
  const looking = lookout.looking()
  looks[0]?.reject(new TypeError('no'))
  await looking
  looks[1]?.resolve(adopted)
  await lookout.looking()
  expect([applied, lookout.looking()]).toEqual([[adopted], null])
})

test('what is asked for before the start is looked at then', () => {
  const { lookout, looks, find } = open()
  lookout.look(find)
  expect(looks).toHaveLength(0)
  lookout.start()
  expect(looks).toHaveLength(1)
})

test('starting twice looks once at each wake', () => {
  const { lookout, looks, wakes } = open()
  lookout.start()
  lookout.start()
  wakes.emit('focus')
  expect(looks).toHaveLength(1)
})

test('what is taken up may look again', async () => {
  const { lookout, looks, find } = open()
  const wakes = createEmitter<WakeReason>()
  const again = createLookout({ wake: wakes, atWake: () => [find], apply: () => again.look(find), onStop: () => {} })
  lookout.stop()
  again.start()
  wakes.emit('focus')
  looks[0]?.resolve(adopted)
  await again.looking()
  expect(looks).toHaveLength(2)
})

test('INV-18 stopped it hears no wake, takes up nothing, and tells who is to stop with it', async () => {
  const { lookout, wakes, looks, applied, find, onStop } = open()
  lookout.start()
  wakes.emit('focus')
  const looking = lookout.looking()
  lookout.look(find)
  lookout.stop()
  expect(wakes.hasListeners()).toBe(false)
  expect(onStop).toHaveBeenCalledTimes(1)
  looks[0]?.resolve(left)
  await looking
  lookout.look(find)
  expect([applied, looks.length]).toEqual([[], 1])
})
