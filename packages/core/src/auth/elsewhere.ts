import { broadcastChannels, type Place } from '../browser/channel.ts'
import { createEmitter } from '../browser/emitter.ts'
import type { Environment } from '../browser/environment.ts'
import { quietly } from '../browser/quietly.ts'
import { sha256 } from '../browser/sha256.ts'
import type { Wake, WakeReason } from '../browser/wake.ts'
import { membersOf } from '../ownMembers.ts'
import type { SessionRecord } from '../session/session.ts'
import type { TokenManager } from '../tokens/tokenManager.ts'
import type { Methods } from './methods.ts'

/** The same auth in other tabs, which have sessions of their own or share the one that the browser keeps. */
export interface Elsewhere {
  /** Whenever this page wakes, or another tab says, or shows by a sign-out, that the session which the browser keeps may be another. */
  readonly wake: Wake
  /** Says so to the other tabs, if this method's session is one that the browser keeps. */
  readonly tell: (method: string) => void
  readonly stop: () => void
}

interface ElsewhereOptions<User> {
  readonly name: string
  readonly methods: Methods<User>
  readonly tokens: TokenManager<SessionRecord<User>>
  readonly environment: Pick<Environment, 'channels' | 'page' | 'wake' | 'clock'>
}

export function createElsewhere<User>({ name, methods, tokens, environment }: ElsewhereOptions<User>): Elsewhere {
  const changes = createEmitter<WakeReason>()
  let here: Here<User> | null = null

  const isKept = (method: string): boolean => methods.of({ method }).method.presence !== undefined
  const personOf = async ({ method, subject }: SessionRecord<User>): Promise<string | null> =>
    subject === null || isKept(method) ? null : sha256(JSON.stringify([method, subject])).catch(() => null)

  const line = createLine(environment, `tessera:${name}`, async (message) => {
    const { type, person, at } = membersOf(message)
    // However many come: a server is asked once a second at most, and whoever has left is not left again.
    if (type === 'changed') changes.emit('focus')
    const own = here
    const isOurs = type === 'left' && typeof person === 'string' && (await own?.person) === person
    // What came since, or is about to be set, is newer.
    if (isOurs && own !== null && own === here && Number(at) >= own.sinceAt && !tokens.isSetting) tokens.clear({ isElsewhere: true })
  })
  const update = (): void => line.listen(here !== null || changes.hasListeners())
  const tell = (method: string): void => {
    if (isKept(method)) line.say({ type: 'changed' })
  }

  tokens.subscribe((event) => {
    const before = here
    const session = tokens.current?.tokens
    const isSame = session?.family === before?.session.family && session?.subject === before?.session.subject
    const nowAt = environment.clock.now().wallAt
    if (!isSame) here = session === undefined ? null : { session, person: personOf(session), sinceAt: nowAt }
    update()
    if (before === null) return
    if (event.type === 'ended') tell(before.session.method)
    if (event.type === 'cleared' && event.isElsewhere) changes.emit('focus')
    if (event.type === 'cleared' && !event.isElsewhere) void before.person.then((person) => person === null || line.say({ type: 'left', person, at: nowAt }))
  })

  return {
    tell,
    wake: {
      subscribe(listener) {
        const releases = [environment.wake.subscribe(listener), changes.subscribe(listener)]
        update()
        return () => {
          for (const release of releases) release()
          update()
        }
      },
    },
    stop: () => line.listen(false),
  }
}

/** The session of now. */
interface Here<User> {
  readonly session: SessionRecord<User>
  /** Whose it is: for others to compare, not to know. */
  readonly person: Promise<string | null>
  /** Epoch milliseconds at which it came here. */
  readonly sinceAt: number
}

interface Line {
  readonly listen: (isWanted: boolean) => void
  readonly say: (message: object) => void
}

/**
 * Where there are no channels, it is silent: the others find out when they wake, or when they are refused. Outside of browsers as well,
 * where the auths that it would reach are of other people.
 */
function createLine({ channels = broadcastChannels, page }: ElsewhereOptions<unknown>['environment'], name: string, hear: (message: unknown) => Promise<void>): Line {
  let place: Place | null = null
  const join = (): Place | null => (page.isBrowser() ? quietly(() => channels.join(name, (message) => void hear(message))) : null)
  return {
    listen(isWanted) {
      if (!isWanted) place?.leave()
      place = isWanted ? (place ?? join()) : null
    },
    say(message) {
      const own = place ?? join()
      quietly(() => own?.post(message))
      if (own !== place) own?.leave()
    },
  }
}
