// @vitest-environment jsdom
import { afterEach, describe, expect, test } from 'vitest'
import { browserPage } from './page.ts'

const before = location.href
afterEach(() => history.replaceState(null, '', before))

describe('browserPage', () => {
  test('says where the page is', () => {
    expect(browserPage.href()).toBe(location.href)
  })

  test('CB-19 replaces the address in place: same history entry, same state', () => {
    history.replaceState({ key: 'router', scroll: [1, 2] }, '', '?code=c&state=s')
    const { length } = history
    browserPage.replace(new URL('?page=2#top', location.href).href)
    expect(location.search + location.hash).toBe('?page=2#top')
    expect(history.state).toEqual({ key: 'router', scroll: [1, 2] })
    expect(history.length).toBe(length)
    expect(browserPage.href()).toBe(location.href)
  })

  test('leaves for another address', () => {
    // A fragment stays on the page, so that the test does too.
    browserPage.assign('#left')
    expect(location.hash).toBe('#left')
  })
})
