import { readdirSync, readFileSync } from 'node:fs'

/** Processes that this one started, by whatever way, whose command line matches. */
export function startedProcesses(commandLine: RegExp): readonly number[] {
  const parents = new Map(readdirSync('/proc').flatMap((name) => {
    const parent = /^\d+$/.test(name) ? fieldsOf(Number(name))[1] : undefined
    return parent === undefined ? [] : [[Number(name), Number(parent)] as const]
  }))
  const isOurs = (id: number | undefined): boolean => id !== undefined && (id === process.pid || isOurs(parents.get(id)))
  return [...parents.keys()].filter((id) => commandLine.test(read(`/proc/${id}/cmdline`).replaceAll('\0', ' ').trim()) && isOurs(id))
}

/** How long a process has run on a processor, in ticks of 10 ms. */
export function processorTicks(id: number): number {
  const fields = fieldsOf(id)
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
}

/** From the third field of /proc/<id>/stat on: the second is a name, in which anything may be. */
function fieldsOf(id: number): readonly string[] {
  return read(`/proc/${id}/stat`).split(') ').at(-1)?.split(' ') ?? []
}

/** A process may end at any time. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
