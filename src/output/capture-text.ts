import type { Capture, Captured } from '../model/capture.ts'
import { refusalText } from '../model/errno.ts'
import { writeList } from './column-writer.ts'
import type { Palette } from './palette.ts'
import { displayText, harmless } from './sanitise.ts'
import { formatBytes, formatCount, formatMilliseconds } from './units.ts'
import { paragraph } from './wrap.ts'

/** Writes what a capture holds: who, when, and every file with its size and what reading it took. */
export function writeCaptureContents(
  { info, answers }: Capture,
  style: { readonly palette: Palette; readonly width: number | null },
  write: (text: string) => void,
): void {
  const { palette } = style
  const names = info.targets.map(({ pid, comm }) => `${pid} ${displayText(comm)}`)
  write(`${palette.strong(names.join(', '))}\n`)
  const by = info.asRoot ? 'as root' : 'as an ordinary user'
  const redacted = info.redacted ? ', redacted' : ''
  const made = `${info.createdAt} · Linux ${harmless(info.kernel)} · ${harmless(info.tool.name)} ${harmless(info.tool.version)}, ${by}${redacted}`
  for (const line of paragraph(made, style.width)) write(`${line}\n`)
  write('\n')
  const rows = [...answers].filter(
    ([, answer]) => answer.kind === 'file' || answer.kind === 'words' || answer.kind === 'refused',
  )
  const at = (index: number): readonly [string, Captured] => rows[index] as [string, Captured]
  writeList(
    [
      { title: 'BYTES', align: 'right', cell: (index) => bytesCell(at(index)[1]) },
      { title: 'TIME', align: 'right', cell: (index) => timeCell(at(index)[1]) },
      { title: 'FILE', align: 'left', cell: (index) => fileCell(at(index)) },
    ],
    rows.length,
    { width: style.width, header: true, headerPaint: palette.heading },
    write,
  )
  const others = answers.size - rows.length
  if (others > 0) write(`${palette.muted(`and ${formatCount(others)} links, listings and facts of files`)}\n`)
}

function bytesCell(answer: Captured): string {
  if (answer.kind === 'words') return formatBytes(answer.runs.length)
  return answer.kind === 'file' ? formatBytes(answer.bytes.length) : ''
}

function timeCell(answer: Captured): string {
  return answer.kind === 'file' || answer.kind === 'words' ? formatMilliseconds(answer.read.durationMs) : ''
}

function fileCell([key, answer]: readonly [string, Captured]): string {
  const path = harmless(key.slice(key.indexOf(':') + 1))
  if (answer.kind === 'words') return `${path}, run-length coded`
  return answer.kind === 'refused' ? `${path} (${refusalText(answer.refusal)})` : path
}
