import { expect, it } from 'vitest'
import { createListeners } from './createListeners.ts'

it('tells one that leaves and comes again meanwhile once, and one that has left not at all', () => {
  const { subscribe, tell } = createListeners<string>()
  const heard: string[] = []
  const again = (event: string): void => {
    heard.push(event)
    if (heard.length > 10) throw new Error('It is told for ever.')
    leave()
    leaveOther()
    leave = subscribe(again)
  }
  let leave = subscribe(again)
  const leaveOther = subscribe(() => heard.push('of one that has left'))
  tell('first')
  expect(heard).toEqual(['first'])
  tell('second')
  expect(heard).toEqual(['first', 'second'])
})
