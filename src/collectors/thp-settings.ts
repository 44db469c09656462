import type { Khugepaged, ThpSettings, ThpSize } from '../model/thp-settings.ts'
import { hugepageDirectory } from '../parsers/hugepage-directory.ts'
import { parseChoice, parseInteger, parseSwitch } from '../parsers/sysfs.ts'
import type { FileTree } from '../sources/file-tree.ts'
import { readParsed } from './reading.ts'

const DIRECTORY = 'kernel/mm/transparent_hugepage'
/** Entries of a page table are as long as a pointer, and a table is a page. */
const ENTRY_BYTES = 8

/**
 * Reads the switches; `null` on a kernel without transparent huge pages, or where sysfs is not to be had.
 *
 * @param stats Whether to read the counters of each size too: some 150 files on x86-64.
 */
export function collectThpSettings(sys: FileTree, pageSize: number, stats: boolean): ThpSettings | null {
  const enabled = choice(sys, 'enabled')
  if (enabled === null) return null
  const pmdSize = integer(sys, 'hpage_pmd_size')
  return {
    pmdSize: pmdSize ?? (pageSize / ENTRY_BYTES) * pageSize,
    pmdSizeSource: pmdSize === null ? 'assumed' : 'sysfs',
    enabled,
    defrag: choice(sys, 'defrag'),
    shmemEnabled: choice(sys, 'shmem_enabled'),
    useZeroPage: onOff(sys, 'use_zero_page'),
    shrinkUnderused: onOff(sys, 'shrink_underused'),
    khugepaged: readKhugepaged(sys),
    sizes: readSizes(sys, stats),
  }
}

function readKhugepaged(sys: FileTree): Khugepaged | null {
  if (!sys.list(`${DIRECTORY}/khugepaged`).ok) return null
  const file = (name: string): number | null => integer(sys, `khugepaged/${name}`)
  return {
    defrag: onOff(sys, 'khugepaged/defrag'),
    pagesToScan: file('pages_to_scan'),
    scanSleepMillisecs: file('scan_sleep_millisecs'),
    allocSleepMillisecs: file('alloc_sleep_millisecs'),
    maxPtesNone: file('max_ptes_none'),
    maxPtesSwap: file('max_ptes_swap'),
    maxPtesShared: file('max_ptes_shared'),
    pagesCollapsed: file('pages_collapsed'),
    fullScans: file('full_scans'),
  }
}

function readSizes(sys: FileTree, stats: boolean): readonly ThpSize[] {
  const names = sys.list(DIRECTORY)
  if (!names.ok) return []
  return names.value
    .flatMap((name) => {
      const size = hugepageDirectory(name)
      return size === null ? [] : [readSize(sys, name, size, stats)]
    })
    .sort((a, b) => a.size - b.size)
}

function readSize(sys: FileTree, name: string, size: number, stats: boolean): ThpSize {
  return {
    size,
    enabled: choice(sys, `${name}/enabled`),
    shmemEnabled: choice(sys, `${name}/shmem_enabled`),
    stats: stats ? readStats(sys, `${name}/stats`) : {},
  }
}

function readStats(sys: FileTree, directory: string): Readonly<Record<string, number>> {
  const files = sys.list(`${DIRECTORY}/${directory}`)
  const counters = (files.ok ? files.value.sort() : []).flatMap((file) => {
    const value = integer(sys, `${directory}/${file}`)
    return value === null ? [] : [[file, value] as const]
  })
  return Object.fromEntries(counters)
}

function choice(sys: FileTree, file: string): string | null {
  return readParsed(sys, `${DIRECTORY}/${file}`, (bytes) => parseChoice(bytes, file))?.active ?? null
}

function integer(sys: FileTree, file: string): number | null {
  return readParsed(sys, `${DIRECTORY}/${file}`, (bytes) => parseInteger(bytes, file))
}

function onOff(sys: FileTree, file: string): boolean | null {
  return readParsed(sys, `${DIRECTORY}/${file}`, (bytes) => parseSwitch(bytes, file))
}
