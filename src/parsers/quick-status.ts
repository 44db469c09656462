import { latin1 } from './lines.ts'
import { ParseError } from './parse-error.ts'
import { lineStart, type QuickSizes, quickSizes } from './quick-sizes.ts'

const FILE = 'status'

/** Sizes that lists of processes show, in the kernel's order; `parseStatus` says what each is. */
const SIZES = {
  vmSize: 'VmSize',
  vmLck: 'VmLck',
  vmPin: 'VmPin',
  vmHwm: 'VmHWM',
  vmRss: 'VmRSS',
  rssAnon: 'RssAnon',
  rssFile: 'RssFile',
  rssShmem: 'RssShmem',
  vmPte: 'VmPTE',
  vmPmd: 'VmPMD',
  vmSwap: 'VmSwap',
  hugetlbPages: 'HugetlbPages',
} as const

/** Lines that are no sizes: label with the tab before the value. */
const STATE = 'State:\t'
const PPID = 'PPid:\t'
const UID = 'Uid:\t'
const THREADS = 'Threads:\t'
const KTHREAD = 'Kthread:\t'

const sizesOf = quickSizes(FILE, SIZES)

/** What a list of processes needs of `/proc/PID/status`. `vmSize` is `NaN` for what has no address space. */
export interface QuickStatus {
  /** Command name, raw bytes as latin1, as `stat` and `comm` have it. */
  readonly name: string
  /** One letter. */
  readonly state: string
  readonly ppid: number
  /** Effective user id as seen from the reader's user namespace. */
  readonly uid: number
  readonly threads: number
  /** `null` on kernels that do not say; then see the flags of `stat`. */
  readonly kthread: boolean | null
  readonly sizes: QuickSizes<keyof typeof SIZES>
}

/** Parses what a list of processes shows of `/proc/PID/status` (fs/proc/array.c); `parseStatus` reads all of it. */
export function parseQuickStatus(bytes: Uint8Array): QuickStatus {
  const text = latin1(bytes)
  return {
    sizes: sizesOf(text),
    name: nameOf(text),
    state: lineOf(text, STATE).charAt(0),
    ppid: count(lineOf(text, PPID)),
    uid: count(lineOf(text, UID).split('\t')[1] ?? ''),
    threads: count(lineOf(text, THREADS)),
    kthread: kthreadOf(text),
  }
}

/** The kernel escapes line feed and backslash, and nothing else. */
function nameOf(text: string): string {
  if (!text.startsWith('Name:\t')) throw new ParseError(FILE, 1, 'a line "Name"', text.slice(0, 80))
  const name = text.slice('Name:\t'.length, text.indexOf('\n'))
  if (!name.includes('\\')) return name
  return name.replace(/\\([n\\])/g, (_, letter: string) => (letter === 'n' ? '\n' : '\\'))
}

function kthreadOf(text: string): boolean | null {
  const at = lineStart(text, KTHREAD, 0)
  return at === -1 ? null : text.startsWith('1\n', at + KTHREAD.length)
}

/** The text of a line that every kernel prints. */
function lineOf(text: string, label: string): string {
  const at = lineStart(text, label, 0)
  if (at === -1) throw new ParseError(FILE, 0, `a line "${label.slice(0, -2)}"`)
  return text.slice(at + label.length, text.indexOf('\n', at + label.length))
}

function count(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new ParseError(FILE, 0, 'a count', text)
  return Number(text)
}
