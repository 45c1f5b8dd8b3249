export { createAuthedEventSource, type EventSourceOptions } from './createAuthedEventSource.ts'
export { createAuthedSocket, type AuthedSocket, type SocketAuth, type SocketOptions } from './createAuthedSocket.ts'
export type { Connection, ConnectionAuth, ConnectionEnvironment, ConnectionOptions, ConnectionState } from './connection.ts'
export type { StreamEvent } from './eventStream.ts'
