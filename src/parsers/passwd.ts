import { editableLines } from './lines.ts'

const MAX_UID = 2 ** 32 - 1
const ENTRY = /^([^:#+-][^:]*):[^:]*:([0-9]{1,10}):/

/**
 * Parses `/etc/passwd` (passwd(5)) to user names (latin1 bytes) by user id.
 *
 * People edit this file, so a line that is not an entry is skipped: comments, NIS's `+` and `-` lines, mistakes. The
 * first name of an id counts, as for getpwuid(3).
 */
export function parsePasswd(bytes: Uint8Array): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const { text } of editableLines(bytes)) {
    const [, name, digits] = ENTRY.exec(text) ?? []
    if (name === undefined || digits === undefined) continue
    const uid = Number(digits)
    if (uid <= MAX_UID && !names.has(uid)) names.set(uid, name)
  }
  return names
}
