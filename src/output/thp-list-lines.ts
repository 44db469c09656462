import { type HugeList, mattersForHuge, type Reconciliation } from '../analysis/thp/process-list.ts'
import { bytesText, type HostStyle } from './thp-host-lines.ts'
import { counted, formatCount } from './units.ts'
import { paragraph } from './wrap.ts'

/** What is said below the processes: their sums, the kernel's own beside them, and who could not be read. */
export function listLines(list: HugeList, shown: number, options: HostStyle): readonly string[] {
  const { totals } = list
  const amount = (value: number): string => bytesText(value, options)
  const able = list.processes.filter(mattersForHuge).length
  const cut = shown < able ? `${formatCount(shown)} of ${formatCount(able)} shown (--limit 0 shows all); ` : ''
  const sums = `${totals.processes === 1 ? '' : 'all '}${counted(totals.processes, 'process')}: huge ${amount(totals.huge)}, hugetlb ${amount(totals.hugetlb)}, small ${amount(totals.small)}, missed ≤ ${amount(totals.missed)}`
  return [
    ...paragraph(`${cut}${sums}`, options.width),
    ...list.reconciliation.flatMap((each) => reconciled(each, list, options)),
    ...unreadLines(list, options),
  ]
}

const NAMES: Readonly<Record<Reconciliation['of'], string>> = {
  anon: 'AnonHugePages of meminfo',
  shmem: 'ShmemPmdMapped of meminfo',
  file: 'FilePmdMapped of meminfo',
  hugetlb: 'the hugetlb pages in use',
}

/** The difference from the kernel's own sum, and what may explain it; nothing where both are 0. */
function reconciled(each: Reconciliation, list: HugeList, options: HostStyle): readonly string[] {
  const { processes, kernel, countedAgain } = each
  if (Number.isNaN(kernel) || (processes === 0 && kernel === 0)) return []
  const amount = (value: number): string => bytesText(value, options)
  const head = `${NAMES[each.of]}: ${amount(kernel)}`
  if (processes === kernel) return paragraph(`${head}, the same`, options.width)
  const difference = `${amount(Math.abs(processes - kernel))} ${processes > kernel ? 'less' : 'more'} than the processes’ sum`
  return paragraph(`${head}, ${difference}: ${differenceText(each, list, countedAgain, amount)}`, options.width)
}

function differenceText(
  { of, processes, kernel }: Reconciliation,
  list: HugeList,
  again: number,
  amount: (value: number) => string,
): string {
  if (processes > kernel) {
    if (of === 'anon' && Number.isNaN(again)) return 'what is shared after a fork is counted in each process'
    if (of === 'anon' && again > 0) return `up to ${amount(again)} are shared after a fork, and counted in each process`
    return of === 'anon' ? 'it changed while processes were read' : 'what several processes map is counted in each'
  }
  const unread = list.denied + list.tooCostly + list.vanished
  if (unread > 0) return `${counted(unread, 'process')} could not be read`
  return of === 'hugetlb'
    ? 'pages of files that nobody maps, or of mappings not counted'
    : 'it changed while processes were read'
}

function unreadLines({ denied, tooCostly, vanished }: HugeList, { palette, width }: HostStyle): readonly string[] {
  const parts = [
    ...(denied === 0 ? [] : [`${formatCount(denied)} that do not let you read them (run as root)`]),
    ...(tooCostly === 0
      ? []
      : [`the sums of ${formatCount(tooCostly)}, which would have had to wait longer than --max-stall`]),
    ...(vanished === 0 ? [] : [`${formatCount(vanished)} that ended meanwhile`]),
  ]
  return parts.length === 0 ? [] : paragraph(`not read: ${parts.join('; ')}`, width).map(palette.warning)
}
