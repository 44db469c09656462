/** Every report command, with what leaves rates out: a capture is one moment. */
export const REPORTS = [
  ['maps'],
  ['thp', '--interval', '0'],
  ['dirty'],
  ['overcommit'],
  ['ps'],
  ['doctor', '--interval', '0'],
] as const

/**
 * What differs from one reading to the next: costs, ages, figures of the host, against which some are weighed, and those
 * that change when other processes map the same files.
 */
const OF_THE_MOMENT = new Set([
  'provenance',
  'cost',
  'ageSeconds',
  'age',
  'at',
  'durationMs',
  'host',
  'hostFindings',
  'writeback',
  'system',
  'ram',
  'oom',
  'risk',
  'supply',
  'limits',
  'cgroup',
  'cgroups',
  'gaps',
  'reads',
  'memory',
  'pss',
  'pssDirty',
  'pssFile',
  'privateClean',
  'referenced',
  'sharedClean',
  'uss',
])

/** The parts of a report that are of the process alone. */
export function ofProcess(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ofProcess)
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([key]) => !OF_THE_MOMENT.has(key))
  return Object.fromEntries(kept.map(([key, each]) => [key, ofProcess(each)]))
}
