import { describe, expect, test, vi } from 'vitest'
import { AuthError } from '../errors.ts'
import { createEventStream, headerOf, type StreamEvent } from './eventStream.ts'

/** What comes of a text, in pieces of this size. */
function read(text: string, size: number = text.length) {
  const events: StreamEvent[] = []
  const retries: number[] = []
  const ids: string[] = []
  const take = createEventStream({ lastEventId: '', onEvent: (event) => events.push(event), onId: (id) => ids.push(id), onRetry: (ms) => retries.push(ms) })
  for (let at = 0; at < text.length; at += size) take(text.slice(at, at + size))
  return { events, retries, ids }
}
const datas = (text: string): string[] => read(text).events.map(({ data }) => data)

describe('HTML §9.2.6', () => {
  test('the examples of the standard', () => {
    expect(datas('data: YHOO\ndata: +2\ndata: 10\n\n')).toEqual(['YHOO\n+2\n10'])
    expect(read(': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event').events).toEqual([
      { type: 'message', data: 'first event', lastEventId: '1' },
      { type: 'message', data: 'second event', lastEventId: '' },
    ])
    expect(datas('data\n\ndata\ndata\n\ndata:')).toEqual(['', '\n'])
    expect(datas('data:test\n\ndata: test\n\n')).toEqual(['test', 'test'])
  })

  test('a type is of one event, an id of all after it, with data or without', () => {
    const { events, ids } = read('event: add\nid: 7\ndata: a\n\ndata: b\n\nid: 8\n\nevent: lost\n\ndata: c\n\n')
    expect(events.map(({ type, lastEventId }) => [type, lastEventId])).toEqual([['add', '7'], ['message', '7'], ['message', '8']])
    expect(ids).toEqual(['7', '7', '8', '8', '8'])
  })

  test('an id counts once its block is whole', () => expect(read('id: 1\ndata: x\n').ids).toEqual([]))
  test('an id with a null is none', () => expect(read('id: 1\0\ndata: x\n\n').events[0]?.lastEventId).toBe(''))
  test('a retry is digits alone', () => expect(read('retry: 10\nretry: 1.5\nretry: -1\nretry: x\nretry:\n').retries).toEqual([10]))
  test('colons in data, unknown fields and comments', () => expect(datas('data: a:b: c\nfoo: bar\n:\n: x\ndata : no\n\n')).toEqual(['a:b: c']))
  test('what is cut off is no event', () => expect(datas('data: a\n\ndata: b\n')).toEqual(['a']))
})

test.each(['\n', '\r', '\r\n'])('lines end with %j, wherever the pieces are cut', (end) => {
  const text = ['id: é1', 'data: a', 'data: b', '', ': c', '', 'event: x', 'data', '', 'retry: 5', 'data: z', '', ''].join(end)
  const whole = read(text)
  expect(whole.events).toHaveLength(3)
  for (let size = 1; size < text.length; size++) expect(read(text, size)).toEqual(whole)
})

test('an event without an end is not kept for ever', () => {
  const take = createEventStream({ lastEventId: '', onEvent: () => {}, onId: () => {}, onRetry: () => {} })
  const megabyte = 'x'.repeat(1_048_576)
  expect(() => {
    for (let i = 0; i < 17; i++) take(`data: ${megabyte}\n`)
  }).toThrow(AuthError)
})

test('comments are not kept, however many come without an empty line', () => {
  const events: StreamEvent[] = []
  const take = createEventStream({ lastEventId: '', onEvent: (event) => events.push(event), onId: () => {}, onRetry: () => {} })
  const comment = `:${'x'.repeat(1_048_576)}\n`
  for (let i = 0; i < 17; i++) take(comment)
  take('data: a\n\n')
  expect(events).toHaveLength(1)
})

test('a long line is searched once, into however many pieces it is cut', () => {
  const split = vi.spyOn(String.prototype, 'split')
  const text = `data: ${'x'.repeat(100_000)}\n\n`
  const { events } = read(text, 100)
  const searched = split.mock.contexts.map((each) => String(each).length).reduce((sum, each) => sum + each, 0)
  split.mockRestore()
  expect([events[0]?.data.length, searched]).toEqual([100_000, text.length])
})

test('an id travels as the bytes of UTF-8', () => {
  expect(Buffer.from(headerOf('日本'), 'latin1').toString('utf8')).toBe('日本')
  expect(headerOf('x'.repeat(1_000_000))).toHaveLength(1_000_000)
  expect(() => new Headers({ 'last-event-id': headerOf('日本') })).not.toThrow()
})
