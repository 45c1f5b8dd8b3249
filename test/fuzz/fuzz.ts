import { threadCpuUsage } from 'node:process'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { leakIn } from './leaks.ts'

const { FUZZ_SECONDS = '10', FUZZ_SEED = '1', FUZZ_PATH } = process.env

const forMs = Number(FUZZ_SECONDS) * 1000
// A failure takes its time to be made smaller.
vi.setConfig({ testTimeout: forMs + 600_000 })

/** So many at a time: then it is looked whether the time is over. */
const runsAtOnce = 50

/** What one input may cost this thread, in milliseconds: a thousand times what it does. */
const longestRunMs = 5_000

interface FuzzOptions {
  /** How much of its file's time a target gets: those of a file make 1. Default 1. */
  readonly share?: number
}

const unhandled: unknown[] = []
const onUnhandled = (error: unknown): void => void unhandled.push(error)

beforeEach(() => void process.on('unhandledRejection', onUnhandled))
afterEach(() => {
  process.off('unhandledRejection', onUnhandled)
  vi.restoreAllMocks()
})

/**
 * Runs a property with inputs of this kind until its time is over. Whatever the input: nothing is rejected unseen, no prototype changes,
 * the console shows no secret, and it does not take long. A failure says how to replay it.
 */
export async function fuzz<T>(input: fc.Arbitrary<T>, run: (given: T) => void | Promise<void>, { share = 1 }: FuzzOptions = {}): Promise<void> {
  const said = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) => vi.spyOn(console, level).mockImplementation(() => {}))
  const property = fc.asyncProperty(input, async (given) => {
    const before = prototypes()
    const startedMs = usedMs()
    await run(given)
    const tookMs = usedMs() - startedMs
    if (tookMs > longestRunMs) throw new Error(`It took ${Math.round(tookMs)} ms.`)
    if (prototypes() !== before) throw new Error('A prototype has changed.')
    if (unhandled.length > 0) throw new Error('A rejection that nobody handled.', { cause: unhandled.splice(0)[0] })
    const leak = leakIn(said.flatMap((spy) => spy.mock.calls))
    if (leak !== null) throw new Error(`The console shows a secret: ${leak}`)
  })
  if (FUZZ_PATH !== undefined) return judge(await fc.check(property, { seed: Number(FUZZ_SEED), path: FUZZ_PATH }))
  const endAt = performance.now() + forMs * share
  let runs = 0
  for (let seed = Number(FUZZ_SEED); seed === Number(FUZZ_SEED) || performance.now() < endAt; seed++) {
    const details = await fc.check(property, { seed, numRuns: runsAtOnce })
    judge(details)
    runs += details.numRuns
  }
  process.stdout.write(`fuzz: ${expect.getState().currentTestName}: ${runs} inputs\n`)
}

/** Of this thread alone: others on the machine do not count. */
function usedMs(): number {
  const { user, system } = threadCpuUsage()
  return (user + system) / 1000
}

function prototypes(): string {
  return [Object, Array, Function, String, Promise, Map].map(({ prototype }) => Reflect.ownKeys(prototype).map(String).join()).join(';')
}

function judge<T>({ failed, seed, counterexamplePath, counterexample, errorInstance }: fc.RunDetails<T>): void {
  if (!failed) return
  const why = errorInstance instanceof Error ? `${errorInstance.stack}\n${errorInstance.cause instanceof Error ? errorInstance.cause.stack : ''}` : String(errorInstance)
  const { testPath, currentTestName } = expect.getState()
  const again = `FUZZ_SEED=${seed} FUZZ_PATH=${counterexamplePath} pnpm test:fuzz ${testPath?.split('/').at(-1)} -t ${JSON.stringify(currentTestName)}`
  throw new Error(`${why}\nwith ${shown(counterexample)}\nReplay: ${again}`)
}

function shown(value: unknown): string {
  try {
    return fc.stringify(value).slice(0, 4_000)
  } catch {
    return 'something nested too deep to be shown'
  }
}

/** How long it takes to read a text of this many characters, in milliseconds: the best of three. */
function bestMs(read: () => void): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const startedMs = usedMs()
      read()
      return usedMs() - startedMs
    }),
  )
}

/**
 * That reading takes no longer than the text: four times the length takes sixteen times as long where time is quadratic, and four times
 * where it is linear. Below a twentieth of a second everything is fast enough.
 *
 * @param texts Made for a length.
 */
export function staysLinear(name: string, texts: Readonly<Record<string, (length: number) => string>>, read: (text: string) => unknown, length: number): void {
  test.each(Object.entries(texts))(`${name}: %s`, (_, make) => {
    const [short, long] = [make(length), make(4 * length)]
    read(short)
    const [shortMs, longMs] = [bestMs(() => read(short)), bestMs(() => read(long))]
    expect(longMs).toBeLessThan(Math.max(50, 9 * shortMs))
  })
}
