import picomatch from 'picomatch'

/**
 * Whether the key of a group fits the pattern of a limit: the key itself (`[heap]` is no set of characters), or a glob
 * of keys, in which `*` stops at a slash.
 */
export function fitsGroup(pattern: string): (key: string) => boolean {
  const matches = picomatch(pattern, { dot: true, nonegate: true })
  return (key) => key === pattern || matches(key)
}
