import { AuthError } from '../errors.ts'

/** An event of a stream (HTML §9.2). */
export interface StreamEvent {
  /** `message` unless the server names another. */
  readonly type: string
  readonly data: string
  /** The last id that the server gave, of this event or of one before; empty without any. */
  readonly lastEventId: string
}

interface EventStreamOptions {
  /** What the server gave last, over an earlier connection. */
  readonly lastEventId: string
  readonly onEvent: (event: StreamEvent) => void
  /** An id counts from the end of its block on, whether or not that has an event. */
  readonly onId: (id: string) => void
  /** @param retryMs How long to wait before a reconnection. */
  readonly onRetry: (retryMs: number) => void
}

/** Takes the text of an event stream, piece by piece. Throws `invalid_response` when one event is too long to be one. */
export type EventStream = (text: string) => void

const mostCharacters = 16_777_216

/** Reads `text/event-stream` (HTML §9.2.6). What the end of the text cuts off is no event. */
export function createEventStream({ lastEventId, onEvent, onId, onRetry }: EventStreamOptions): EventStream {
  let [rest, isAfterReturn, type, id] = ['', false, '', lastEventId]
  let [data, length]: [string[], number] = [[], 0]

  const endBlock = (): void => {
    const event = { type: type === '' ? 'message' : type, data: data.join('\n'), lastEventId: id }
    const isEvent = data.length > 0
    ;[type, data, length] = ['', [], 0]
    onId(id)
    if (isEvent) onEvent(event)
  }
  const take = (line: string): void => {
    if (line === '') return endBlock()
    const [, name = '', value = ''] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line) ?? []
    if (name === 'event') type = value
    if (name === 'data') {
      data.push(value)
      length += line.length
    }
    if (name === 'id' && !value.includes('\0')) id = value
    if (name === 'retry' && /^\d+$/.test(value)) onRetry(Number(value))
  }

  return (text) => {
    if (text === '') return
    const own = isAfterReturn && text.startsWith('\n') ? text.slice(1) : text
    isAfterReturn = text.endsWith('\r')
    // What came before has no end of a line in it, and is not searched again: a long line comes in many pieces.
    const [first = '', ...others] = own.split(/\r\n|\n|\r/)
    rest += first
    for (const line of others) {
      take(rest)
      rest = line
    }
    if (rest.length + length > mostCharacters) throw new AuthError('invalid_response', 'An event of the stream is too long: send it in parts.')
  }
}

/** A header takes bytes, each as a character: those of UTF-8. */
export function headerOf(lastEventId: string): string {
  return Array.from(new TextEncoder().encode(lastEventId), (byte) => String.fromCharCode(byte)).join('')
}
