import { cleanup } from '@testing-library/react'
import { afterEach, beforeEach, expect, vi } from 'vitest'

/** Cleans up after each test, and lets it fail for anything that React complains about. */
export function setUp(): void {
  beforeEach(() => {
    // jsdom has an ArrayBuffer of its own, for which oauth4webapi does not take what Node's Web Crypto gives.
    vi.stubGlobal('ArrayBuffer', Buffer.alloc(1).buffer.constructor)
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => {
    cleanup()
    const complaints = vi.mocked(console.error).mock.calls
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
    vi.useRealTimers()
    expect(complaints).toEqual([])
  })
}

/** Runs what makes a component throw, which React complains about, and throws it. */
export function quietly(run: () => void): void {
  const hush = (event: ErrorEvent): void => event.preventDefault()
  window.addEventListener('error', hush)
  try {
    run()
  } finally {
    window.removeEventListener('error', hush)
    vi.mocked(console.error).mockClear()
  }
}
