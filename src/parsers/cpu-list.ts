/** More than any Linux is built for (NR_CPUS). */
const MOST_CPUS = 65_536

/**
 * How many CPUs a list has, `0-3,8`, the `%*pbl` of lib/vsprintf.c, as in `Cpus_allowed_list` of `/proc/PID/status`;
 * `null` for anything else.
 */
export function cpuCount(list: string): number | null {
  let count = 0
  for (const range of list.split(',')) {
    const [, first = '', last = first] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(range) ?? []
    if (first === '' || Number(last) < Number(first)) return null
    count += Number(last) - Number(first) + 1
  }
  return count > MOST_CPUS ? null : count
}

/** The CPUs of such a list, ascending; empty for an empty one, as a node without CPUs has; `null` for anything else. */
export function cpuNumbers(list: string): readonly number[] | null {
  if (list === '') return []
  if (cpuCount(list) === null) return null
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}
