import { latin1 } from './lines.ts'

/**
 * Parses `/proc/PID/cmdline` (fs/proc/base.c get_mm_cmdline, proc_pid_cmdline(5)) to its arguments, latin1 bytes.
 *
 * - Empty for a kernel thread and a zombie.
 * - A process may overwrite the area (setproctitle, `$0 = …`): then it is one text, often padded with spaces, with one
 *   NUL, none or many. It comes out as a single argument without the padding; it is not split into words, since they
 *   need not be arguments.
 * - NULs at the end are dropped, so trailing empty arguments are lost: they look the same as the padding of a title.
 *   Empty arguments elsewhere are kept.
 */
export function parseCmdline(bytes: Uint8Array): readonly string[] {
  const text = withoutEnd(latin1(bytes), '\0')
  if (text === '') return []
  const parts = text.split('\0')
  return parts.length === 1 ? titleOf(text) : parts
}

function titleOf(text: string): readonly string[] {
  const title = withoutEnd(text, ' ')
  return title === '' ? [] : [title]
}

/** A loop, since `/ +$/` takes quadratic time on a long run of spaces in the middle. */
function withoutEnd(text: string, padding: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === padding) end--
  return text.slice(0, end)
}
