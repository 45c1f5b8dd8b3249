import { inspect } from 'node:util'
import { afterEach, beforeEach, vi } from 'vitest'
import type * as Store from '../../packages/core/src/auth/store.ts'
import type * as Emitter from '../../packages/core/src/browser/emitter.ts'
import { AuthError } from '../../packages/core/src/errors.ts'
import type * as Session from '../../packages/core/src/session/session.ts'
import { createSecrets, type Secrets } from './secrets.ts'

/** Something that anybody could see. */
interface Sight {
  readonly what: 'an event' | 'a state' | 'an error' | 'the console'
  readonly value: unknown
}

/** Of the test that runs. */
const { sights, noted } = vi.hoisted(() => ({ sights: [] as Sight[], noted: { tokens: null as ((value: unknown) => void) | null } }))

const secrets: Secrets = createSecrets()
noted.tokens = secrets.noteIn

vi.mock('../../packages/core/src/browser/emitter.ts', async (original) => {
  const real = await original<typeof Emitter>()
  const createEmitter = <E>(): Emitter.Emitter<E> => {
    const emitter = real.createEmitter<E>()
    return {
      ...emitter,
      emit(event) {
        sights.push({ what: 'an event', value: event })
        emitter.emit(event)
      },
    }
  }
  return { ...real, createEmitter }
})

vi.mock('../../packages/core/src/auth/store.ts', async (original) => {
  const real = await original<typeof Store>()
  const createStore: typeof Store.createStore = (initial, reduce) =>
    real.createStore(initial, (state, event) => {
      const next = reduce(state, event)
      sights.push({ what: 'a state', value: next })
      return next
    })
  return { ...real, createStore }
})

/** Every token that is to be kept passes here, also those that no server has issued. */
vi.mock('../../packages/core/src/session/session.ts', async (original) => {
  const real = await original<typeof Session>()
  const isTokenSet: typeof Session.isTokenSet = (value): value is Session.TokenSet => {
    noted.tokens?.(value)
    return real.isTokenSet(value)
  }
  const checkTokenSet: typeof Session.checkTokenSet = (value) => {
    noted.tokens?.(value)
    real.checkTokenSet(value)
  }
  return { ...real, isTokenSet, checkTokenSet }
})

/** Between `AuthError` and `Error`: sees every one that is made, also those that nobody gets to see. */
class WatchedError extends Error {
  constructor(...given: ConstructorParameters<typeof Error>) {
    super(...given)
    sights.push({ what: 'an error', value: this })
  }
}
Reflect.setPrototypeOf(AuthError, WatchedError)

const levels = ['log', 'info', 'warn', 'error', 'debug'] as const
for (const level of levels) {
  const print = console[level].bind(console)
  console[level] = (...given) => {
    sights.push({ what: 'the console', value: given })
    print(...given)
  }
}

// oxlint-disable-next-line typescript/unbound-method -- bound again at each call
const [{ json }, { text }] = [Response.prototype, Request.prototype]
Response.prototype.json = async function () {
  const body: unknown = await json.call(this)
  secrets.noteIn(body)
  return body
}
Request.prototype.text = async function () {
  const body = await text.call(this)
  secrets.noteIn(body, this.headers)
  return body
}

/** Where a secret of this test shows so far; `null` where none does. */
export function leak(): string | null {
  for (const { what, value } of sights) {
    const found = secrets.foundIn(printed(value))
    if (found !== null) return `${what}: … ${found} …`
  }
  return null
}

/** What the test that runs has shown and sent so far does not count. */
export function forget(): void {
  sights.length = 0
  secrets.forget()
}

/** However somebody prints it. Errors inside of events and states are seen by themselves, with what caused them. */
function printed(value: unknown): string {
  const isPlain = !(value instanceof Error) && !Array.isArray(value)
  if (isPlain) return asJson(value)
  const inspected = inspect(value, { depth: 12, showHidden: true, maxStringLength: null, breakLength: Infinity })
  // A stack also names functions, which are code, and no data.
  return [String(value), asJson(value), inspected.replaceAll(/^ +at .*:\d+:\d+\)?/gm, '')].join('\n')
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return inspect(value, { depth: 12, maxStringLength: null })
  }
}

beforeEach(forget)

/** INV-22 FE-20: no secret that was sent, answered or kept during a test shows in an error, an event, a state or the console. */
afterEach(() => {
  // Where a test has a console of its own.
  for (const level of levels) if (vi.isMockFunction(console[level])) sights.push({ what: 'the console', value: console[level].mock.calls })
  const found = leak()
  if (found !== null) throw new Error(`INV-22: a secret shows in ${found}`)
})
