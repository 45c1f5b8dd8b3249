/** What is wrong with a browser. */
export interface Faults {
  /** There are no locks: asking for one rejects, as where `navigator.locks` is missing. */
  withoutLocks: boolean
  /** Locks are asked for and never granted: whoever waits gives up in time. */
  lockNeverGranted: boolean
  /** The database cannot be used: everything rejects, as in some private windows. */
  withoutDatabase: boolean
  /** The database never answers. */
  databaseHangs: boolean
  /** There are no channels: joining one throws. */
  withoutChannels: boolean
  /** What part of the messages never comes, from 0 to 1. */
  messageLoss: number
  /** What part of the messages comes twice. */
  messageDuplication: number
  /** What part of the messages comes later than it should, by up to {@link messageLatenessMs}, and so in another order. */
  messageReordering: number
  /** In milliseconds. */
  messageLatenessMs: number
}

/** Nothing is wrong. */
export function createFaults(): Faults {
  return {
    withoutLocks: false,
    lockNeverGranted: false,
    withoutDatabase: false,
    databaseHangs: false,
    withoutChannels: false,
    messageLoss: 0,
    messageDuplication: 0,
    messageReordering: 0,
    messageLatenessMs: 50,
  }
}
