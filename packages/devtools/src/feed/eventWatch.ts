import type { InspectEvent } from '@tessera-auth/core'
import { maskPath } from '../facts/mask.ts'
import type { Sightings } from './createSightings.ts'
import type { Outcome } from './mark.ts'

/** Takes what an auth says happened. */
export type EventWatch = (event: InspectEvent) => void

/** Turns what an auth says into sightings: of errors their code, of addresses their path. */
export function createEventWatch(sightings: Sightings): EventWatch {
  const { begin, point } = sightings
  let endRefresh: ReturnType<Sightings['begin']> | null = null
  const overRefresh = (outcome: Outcome, text: string): void => {
    if (endRefresh === null) point('refresh', outcome, text)
    else endRefresh(outcome, text)
    endRefresh = null
  }
  /** The session is another, or none: nobody waits for this refresh any more. */
  const dropRefresh = (): void => {
    if (endRefresh !== null) overRefresh('failed', 'Refresh dropped')
  }

  return (event) => {
    switch (event.type) {
      case 'refresh_started':
        dropRefresh()
        endRefresh = begin('refresh', 'Refreshing')
        return
      case 'refreshed':
        return overRefresh('done', 'Refreshed')
      case 'adopted':
        return overRefresh('done', 'Took over the tokens of another tab')
      case 'refresh_failed':
        return overRefresh('failed', `Refresh failed: ${event.error.code}`)
      case 'ended':
        return endRefresh === null ? point('session', 'failed', `Session ended: ${event.error.code}`) : overRefresh('failed', `Refused: ${event.error.code}`)
      case 'set':
      case 'cleared':
        return dropRefresh()
      case 'unauthorized':
      case 'forbidden':
      case 'replayed':
      case 'parked':
      case 'unparked':
        return requestEvent(event, point)
      case 'restored':
      case 'login_started':
      case 'login_resumed':
      case 'login_failed':
      case 'signed_in':
      case 'signed_out':
      case 'tabs_degraded':
      case 'storage_failed':
        return sessionEvent(event, point)
    }
  }
}

type RequestEvent = Extract<InspectEvent, { readonly type: 'unauthorized' | 'forbidden' | 'replayed' | 'parked' | 'unparked' }>

function requestEvent(event: RequestEvent, point: Sightings['point']): void {
  const path = maskPath(event.url)
  switch (event.type) {
    case 'unauthorized':
      return point('refused', 'failed', `401 from ${path}`)
    case 'forbidden':
      return point('refused', 'failed', `403 from ${path}`)
    case 'replayed':
      return point('replay', event.status < 400 ? 'done' : 'failed', `Sent again to ${path}: ${event.status}`)
    case 'parked':
      return point('replay', 'done', `Waits for a sign-in: ${path}`)
    case 'unparked':
      return event.verdict === 'released'
        ? point('replay', 'done', `Waited, and goes out: ${path}`)
        : point('replay', 'failed', `Waited in vain (${event.verdict}): ${path}`)
  }
}

type SessionEvent = Extract<
  InspectEvent,
  { readonly type: 'restored' | 'tabs_degraded' | 'storage_failed' | 'login_started' | 'login_resumed' | 'login_failed' | 'signed_in' | 'signed_out' }
>

function sessionEvent(event: SessionEvent, point: Sightings['point']): void {
  switch (event.type) {
    case 'restored':
      return point('session', 'done', 'Found a session in the storage')
    case 'login_started':
      return point('session', 'done', `Sign-in by ${event.method} begun`)
    case 'login_resumed':
      return point('session', 'done', `Back from the provider of ${event.method}`)
    case 'login_failed':
      return point('session', 'failed', `Sign-in failed: ${event.error.code}`)
    case 'signed_in':
      return point('session', 'done', `Signed in by ${event.method}`)
    case 'signed_out':
      return point('session', event.reason === 'user' ? 'done' : 'failed', `Signed out: ${event.reason}`)
    case 'tabs_degraded':
      return point('session', 'failed', `Tabs share less: ${event.error.code}`)
    case 'storage_failed':
      return point('session', 'failed', 'The storage failed')
  }
}
