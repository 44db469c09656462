import { exactInteger, onlyLine } from './lines.ts'
import { ParseError } from './parse-error.ts'

/** Parses `cpu.max` (cgroup v2, cpu_max_show): how many CPUs' time there is; `Infinity` for no limit. */
export function parseCpuMax(bytes: Uint8Array): number {
  const line = onlyLine('cpu.max', bytes)
  const [quota = '', period = ''] = line.split(' ')
  const [most, of] = [quota === 'max' ? Number.POSITIVE_INFINITY : exactInteger(quota), exactInteger(period)]
  if (most === null || of === null || of <= 0)
    throw new ParseError('cpu.max', 1, 'a quota or "max", and a period', line)
  return most / of
}
