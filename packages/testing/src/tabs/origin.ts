import { createChannelHub, type ChannelHub } from './channelHub.ts'
import type { Server } from './exchange.ts'
import { createLockTable, type LockTable } from './lockTable.ts'
import { createMachine, type Machine, type MachineOptions } from './machine.ts'
import { createNetworkLine, type NetworkLine } from './networkLine.ts'
import { createRecordTable, type RecordTable } from './recordTable.ts'

/** What the tabs of one origin share. */
export interface Origin {
  readonly machine: Machine
  readonly locks: LockTable
  readonly database: RecordTable
  readonly channels: ChannelHub
  readonly network: NetworkLine
}

/** What an origin is made of. */
export interface OriginOptions extends MachineOptions {
  readonly server: Server
}

export function createOrigin(options: OriginOptions): Origin {
  const machine = createMachine(options)
  return {
    machine,
    locks: createLockTable(machine),
    database: createRecordTable(machine),
    channels: createChannelHub(machine),
    network: createNetworkLine(machine, options.server),
  }
}
