import { jsonName, rawName } from './json.ts'

/** What identifies a process, in every document. */
export function nameJson({
  pid,
  startTime,
  comm,
}: {
  readonly pid: number
  readonly startTime: number
  readonly comm: string
}): object {
  const raw = rawName(comm)
  return { pid, startTime, comm: jsonName(comm), ...(raw === null ? {} : { commHex: raw }) }
}
