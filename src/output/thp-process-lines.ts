import type { ThpHostReport } from '../analysis/thp/host-report.ts'
import { isSample, isScan, type ThpProcess } from '../analysis/thp/process-report.ts'
import { missingReason } from '../analysis/totals.ts'
import type { FolioRefusal } from '../collectors/page-frames.ts'
import { refusalText } from '../model/errno.ts'
import type { FolioCounts, FolioSize } from '../model/folios.ts'
import type { Refusal } from '../model/provenance.ts'
import type { ListColumn } from './column-writer.ts'
import { notedList } from './noted-list.ts'
import { displayText } from './sanitise.ts'
import { bytesText, type HostStyle } from './thp-host-lines.ts'
import { type ReasonContext, reasonTitle, remedyText } from './thp-reason-text.ts'
import { counted, formatBytes, formatCount, formatPercent, UNKNOWN } from './units.ts'
import { paragraph } from './wrap.ts'

/** How much is huge, and how much could be. */
export function totalLines(process: ThpProcess, style: HostStyle): readonly string[] {
  const { totals, memory } = process
  const amount = (value: number): string => bytesText(value, style)
  const parts = `${amount(totals.anonHuge)} anon + ${amount(totals.shmemHuge)} shmem + ${amount(totals.fileHuge)} file`
  const huge = `huge ${amount(totals.huge)} of ${amount(totals.rss)} RSS`
  const share = Number.isNaN(totals.share) ? '' : ` (${formatPercent(totals.share)})`
  const lines = [
    `${style.palette.strong(huge)}${share} = ${parts} · hugetlb ${amount(totals.hugetlb)}`,
    `small ${amount(totals.small)}, of which ${amount(totals.gain)} at most could be huge`,
  ]
  const shown = [totals.huge, totals.shmemHuge, totals.fileHuge, totals.hugetlb, totals.small, totals.gain]
  const why = shown.some(Number.isNaN) ? [style.palette.warning(`${UNKNOWN} is unknown: ${missingReason(memory)}`)] : []
  return [...lines, ...why].flatMap((line) => paragraph(line, style.width))
}

/** Reasons with memory behind them; where nothing is resident there is nothing to tell. */
export function reasonLines(process: ThpProcess, context: ReasonContext, style: HostStyle): readonly string[] {
  const groups = process.reasons.filter(({ small, reason }) => small > 0 && reason !== 'not-applicable')
  if (groups.length === 0) return []
  const columns: readonly ListColumn[] = [
    {
      title: 'WHY SMALL',
      align: 'left',
      cell: (row) => (groups[row] === undefined ? '' : reasonTitle(groups[row].reason)),
    },
    { title: 'MAPPINGS', align: 'right', cell: (row) => formatCount(groups[row]?.mappings ?? null) },
    { title: 'SMALL', align: 'right', cell: (row) => bytesText(groups[row]?.small ?? Number.NaN, style) },
    { title: 'GAIN ≤', align: 'right', cell: (row) => gainCell(groups[row]?.gain, style) },
  ]
  const notes = groups.map((group) => remedyText(group, process, context))
  return notedList(columns, notes, 'WHAT WOULD MEND IT', style)
}

function gainCell(gain: number | undefined, style: HostStyle): string {
  return gain === undefined || gain === 0 ? '' : bytesText(gain, style)
}

/** Large folios by size, when page frames were looked at, or why they were not although that was asked. */
export function folioLines(process: ThpProcess, block: number, style: HostStyle): readonly string[] {
  const { folios, folioSums } = process
  if (folios === 'not-asked') return []
  if (!isScan(folios)) return refused(folioRefusalText(folios), style)
  if (folioSums === null) return []
  const sizes = folioSums.sizes.map((size) => sizeText(size, process, block, style))
  const partial = partialText(folioSums, style)
  const zero = folioSums.zero === 0 ? [] : [`page of zeros mapped for ${bytesText(folioSums.zero, style)}`]
  const left =
    folios.left.length === 0 ? [] : [`${counted(folios.left.length, 'mapping')} left out: too much address space`]
  const parts = [...sizes, ...partial, ...zero]
  const said = parts.length === 0 ? 'none' : parts.join('; ')
  return paragraph(`large folios: ${[said, ...left].join('; ')}`, style.width)
}

/** Why page frames were not looked at. */
export function folioRefusalText(refusal: FolioRefusal): string {
  if (refusal === 'hidden' || refusal.reason === 'denied') return 'page frames need root (CAP_SYS_ADMIN)'
  if (refusal.reason === 'not-captured') return 'the capture was made without --pagemap'
  return `${displayText(refusal.path)}: ${refusalText(refusal)}`
}

/** Why memory was not sampled. */
export function zeroRefusalText(refusal: Refusal): string {
  if (refusal.reason === 'denied') return 'reading memory needs the right to trace the process'
  return `${displayText(refusal.path)}: ${refusalText(refusal)}`
}

function refused(why: string, style: HostStyle): readonly string[] {
  return paragraph(style.palette.warning(`large folios are unknown: ${why}`), style.width)
}

function sizeText(size: FolioSize, { totals }: ThpProcess, block: number, style: HostStyle): string {
  const whole = size.aligned + size.unaligned
  const huge = size.of === 'anon' ? totals.anonHuge : totals.shmemHuge + totals.fileHuge
  // smaps and pagemap are read one after the other; what has changed meanwhile must not make a negative figure.
  const byPages = size.size === block ? Math.max(0, whole - huge) : 0
  const remarks = [
    ...(size.unaligned === 0 ? [] : [`${bytesText(size.unaligned, style)} of it unaligned`]),
    ...(byPages === 0 ? [] : [`${bytesText(byPages, style)} of it mapped page by page`]),
  ]
  return [`${size.of} ${formatBytes(size.size)}: ${bytesText(whole, style)}`, ...remarks].join(', ')
}

function partialText({ partialAnon, partialFile }: FolioCounts, style: HostStyle): readonly string[] {
  if (partialAnon + partialFile === 0) return []
  const parts = [
    ...(partialAnon === 0 ? [] : [`anon ${bytesText(partialAnon, style)}`]),
    ...(partialFile === 0 ? [] : [`file ${bytesText(partialFile, style)}`]),
  ]
  return [`mapped in part ${parts.join(', ')}`]
}

/** Whether huge memory is really used: as far as that can be known. */
export function bloatLines(process: ThpProcess, style: HostStyle): readonly string[] {
  const { zeros, totals } = process
  if (!(totals.anonHuge > 0)) return []
  if (zeros === 'not-asked') {
    return paragraph(
      'how much of the huge memory was ever written is not known: a huge page has one accessed bit; --zeros reads a sample of it and counts pages of zeros',
      style.width,
    )
  }
  if (!isSample(zeros))
    return paragraph(
      `how much of the huge memory was ever written is not known: ${zeroRefusalText(zeros)}`,
      style.width,
    )
  if (zeros.pages === 0)
    return paragraph(
      'how much of the huge memory was ever written is not known: no wholly resident huge page to sample',
      style.width,
    )
  const share = formatPercent((zeros.zeroPages * 100) / zeros.pages)
  return paragraph(
    `in a sample of ${formatCount(zeros.blocks)} of ${formatCount(zeros.candidates)} resident huge pages ${share} is zeros: never written, or cleared`,
    style.width,
  )
}

/** How far the TLB goes with the process's memory. */
export function tlbLines(process: ThpProcess, host: ThpHostReport, style: HostStyle): readonly string[] {
  const { tlb } = process
  if (tlb === null || tlb.resident === 0) return []
  const mix = tlb.mix.map(({ pageSize, bytes }) => `${bytesText(bytes, style)} in ${formatBytes(pageSize)}`).join(', ')
  const needs = `TLB (estimate): ${formatBytes(tlb.resident)} resident (${mix}) need ${counted(tlb.needed, 'entry')}`
  if (host.tlb === null) return paragraph(`${needs}; this processor’s TLB is not known`, style.width)
  const arrays = host.tlb.arrays
    .map(
      ({ entries, pageSizes }) =>
        `${formatCount(entries)} for ${pageSizes.map((size) => formatBytes(size)).join(' and ')}`,
    )
    .join(', ')
  const reach = `at best ${bytesText(tlb.reach, style)} (${formatPercent((tlb.reach * 100) / tlb.resident)}) are covered`
  const guest = host.processor.hypervisor === true ? '; in a virtual machine the host’s pages count too' : ''
  return paragraph(`${needs}; a core has ${arrays} (${host.tlb.source}): ${reach}${guest}`, style.width)
}

/** What the host did meanwhile that decides about huge pages. */
export function pressureLines({ events, fragmentation }: ThpHostReport, style: HostStyle): readonly string[] {
  const delta = (name: string): number => events.events.find((event) => event.name === name)?.delta ?? Number.NaN
  const faults = Number.isNaN(delta('thp_fault_alloc'))
    ? []
    : [
        `in ${events.intervalMs.toFixed(0)} ms ${formatCount(delta('thp_fault_alloc'))} huge page faults on the host, ${formatCount(delta('thp_fault_fallback'))} fell back`,
      ]
  const free =
    fragmentation === null
      ? []
      : [
          `${bytesText(fragmentation.freeHuge, style)} of ${bytesText(fragmentation.free, style)} free in blocks of ${formatBytes(fragmentation.block)} and more`,
        ]
  return [...faults, ...free].length === 0 ? [] : paragraph([...faults, ...free].join('; '), style.width)
}
