import type { BrowserContext, CDPSession } from 'playwright'
import type { Open } from './instrument.ts'

/** What a tab has open. */
export interface Census extends Open {
  /** On its window and document. */
  readonly listeners: number
  /** Held and waited for, in all tabs of the origin. */
  readonly locks: number
}

declare global {
  interface Window {
    readonly say: (told: string) => void
  }
}

export interface Meter {
  /** Bytes of the JavaScript heap after a garbage collection. */
  readonly heap: () => Promise<number>
  /** JavaScript objects that are alive, functions included. */
  readonly objects: () => Promise<number>
  readonly census: () => Promise<Census>
  readonly evaluate: (expression: string) => Promise<unknown>
}

/**
 * Measures the page of a tab by the DevTools protocol, and hears what it says.
 *
 * @param onSaid Called with what the page gives to the function `say`.
 */
export async function attach(context: BrowserContext, tab: string, onSaid: (text: string) => void): Promise<Meter> {
  const page = context.pages().find((each) => new URL(each.url()).searchParams.get('tab') === tab)
  if (page === undefined) throw new Error(`There is no tab ${tab}.`)
  const session = await context.newCDPSession(page)
  session.on('Runtime.bindingCalled', ({ name, payload }) => (name === 'say' ? onSaid(payload) : undefined))
  await session.send('Runtime.enable')
  await session.send('Runtime.addBinding', { name: 'say' })

  const evaluate: Meter['evaluate'] = async (expression) => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    const value: unknown = result.value
    return value
  }
  return {
    evaluate,
    async heap() {
      await session.send('HeapProfiler.collectGarbage')
      return (await session.send('Runtime.getHeapUsage')).usedSize
    },
    async objects() {
      const { result } = await session.send('Runtime.evaluate', { expression: 'Object.prototype', objectGroup: 'meter' })
      const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: result.objectId ?? '', objectGroup: 'meter' })
      const functionDeclaration = 'function () { return this.length }'
      const { result: length } = await session.send('Runtime.callFunctionOn', { objectId: objects.objectId ?? '', functionDeclaration })
      await session.send('Runtime.releaseObjectGroup', { objectGroup: 'meter' })
      return Number(length.value)
    },
    async census() {
      const counted = (await evaluate(`(${count.toString()})()`)) as Omit<Census, 'listeners'>
      return { ...counted, listeners: (await listenersOn(session, 'window')) + (await listenersOn(session, 'document')) }
    },
  }
}

/** Runs in the page. */
async function count(): Promise<Omit<Census, 'listeners'>> {
  const { held = [], pending = [] } = await navigator.locks.query()
  return { ...window.stillOpen(), locks: held.length + pending.length }
}

async function listenersOn(session: CDPSession, expression: string): Promise<number> {
  const { result } = await session.send('Runtime.evaluate', { expression })
  const { objectId = '' } = result
  const { listeners } = await session.send('DOMDebugger.getEventListeners', { objectId })
  await session.send('Runtime.releaseObject', { objectId })
  return listeners.length
}
