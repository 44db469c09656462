import type { FileFacts, OpenedFile } from '../../src/analysis/dirty/files.ts'
import { keyOf, mappedFiles } from '../../src/analysis/dirty/mapped-files.ts'
import { type ClassifiedProcess, dirtyMappings } from '../../src/analysis/dirty/process.ts'
import { type DirtyReport, dirtyReport } from '../../src/analysis/dirty/report.ts'
import type { CgroupDirty } from '../../src/collectors/cgroup-dirty.ts'
import { readersMounts } from '../../src/collectors/cgroup-mounts.ts'
import { readWritebackDevices } from '../../src/collectors/writeback-devices.ts'
import type { PageCacheRead, PageCacheRefusal } from '../../src/model/page-cache.ts'
import type { SourceRead } from '../../src/model/provenance.ts'
import { capturedProcess } from './dirty-processes.ts'
import { WRITEBACK_HOST, writebackHost, writebackState, writebackTrees } from './writeback-host.ts'

/** What cachestat says of a file, in pages. */
export function cached(
  dirty: number,
  more: { readonly writeback?: number; readonly links?: number } = {},
): PageCacheRead {
  const { writeback = 0, links = 1 } = more
  return { ok: true, value: { cached: 4096, dirty, writeback }, links: BigInt(links) }
}

/** Why cachestat was not asked. */
export function notAsked(why: PageCacheRefusal, links: bigint | null = null): PageCacheRead {
  return { ok: false, why, links }
}

/** What a report of the captured processes is made of, besides them. */
export interface ReportParts {
  readonly pids?: readonly number[]
  /** Answers about files by the end of their path; all others are clean. */
  readonly answers?: Readonly<Record<string, PageCacheRead>>
  /** What all files are answered that `answers` does not name. */
  readonly otherwise?: PageCacheRead
  readonly opened?: readonly OpenedFile[]
  /** A report on the host, which has looked at so many processes. */
  readonly scan?: { readonly looked: number; readonly denied: number }
  readonly basic?: boolean
}

/** The cgroup that all captured processes are said to be in. */
const CGROUP: CgroupDirty = {
  version: 2,
  path: '/store.slice/a.service',
  dirty: 21 * 1024 ** 2,
  writeback: 16_384,
  limit: { bytes: 1024 ** 3, path: '/store.slice' },
}

/** Reads that took as long as they always take. */
const PROVENANCE: readonly SourceRead[] = [
  '/proc/7123/smaps',
  '/proc/7123/maps',
  'cachestat /proc/7123/map_files/1-2',
].map((path) => ({ path, at: 1, durationMs: 2.5, bytes: 40_960, reads: 10, longestReadMs: 0.5, refused: null }))

/** The files of captured processes, with answers about their page cache. */
function capturedFiles(processes: readonly ClassifiedProcess[], parts: ReportParts = {}): FileFacts {
  const mapped = mappedFiles(processes)
  const { answers = {}, otherwise = cached(0), opened = [] } = parts
  const named = (path: string): PageCacheRead =>
    Object.entries(answers).find(([end]) => path.replace(' (deleted)', '').endsWith(end))?.[1] ?? otherwise
  return { mapped, answers: new Map(mapped.map(({ key, path }) => [key, named(path)])), opened }
}

/** The report on captured processes, the same on every machine. */
export function capturedReport(parts: ReportParts = {}): DirtyReport {
  const { pids = [WRITEBACK_HOST.store], basic = false } = parts
  const processes = pids.map((pid) => capturedProcess(pid, { basic }))
  const files = capturedFiles(processes, parts)
  const trees = writebackTrees()
  return dirtyReport({
    host: writebackHost(trees),
    state: writebackState(),
    devices: readWritebackDevices(trees, readersMounts(trees)),
    processes: processes.map((process) => {
      return dirtyMappings(process, (row) => files.answers.get(keyOf(process, row))?.links ?? null)
    }),
    files,
    cgroups: new Map(pids.map((pid) => [pid, CGROUP])),
    scan: parts.scan ?? null,
    openFiles: { looked: true },
    provenance: PROVENANCE,
  })
}
