import type { DirtyFile } from '../analysis/dirty/files.ts'
import type { DirtyProcess, DirtyReport, OpenFilesLook } from '../analysis/dirty/report.ts'
import type { Standing } from '../analysis/dirty/standing.ts'
import { type DirtyRow, mappingRows } from '../analysis/dirty/tables.ts'
import type { WritebackDevice } from '../collectors/writeback-devices.ts'
import { hexJson } from '../model/address.ts'
import { deviceText } from '../model/mapping-table.ts'
import { permsText } from '../model/perms.ts'
import { pageCacheReason } from './dirty-reasons.ts'
import { jsonName, rawName } from './json.ts'
import type { SetFailure, Tool } from './maps-json.ts'
import { writeReportJson } from './report-json.ts'

/** Writes the report as one JSON document. */
export function writeDirtyJson(
  report: DirtyReport,
  failures: readonly SetFailure[],
  tool: Tool,
  write: (text: string) => void,
): void {
  const { host, standing, devices, total, reconciliation, scan, openFiles, processes, files, provenance } = report
  const body = {
    writeback: { ...standingJson(standing), devices: devices.map(deviceJson) },
    total,
    reconciliation,
    scan,
    openFiles: openFilesJson(openFiles),
    processes: processes.map(processJson),
    files: files.map(fileJson),
    failures,
  }
  writeReportJson({ name: 'dirty', version: 1, body }, { tool, host, provenance }, write)
}

function standingJson(standing: Standing): object {
  const { dirty, writeback, phase, thresholds, freeRun, source, throttleShare, computed, deviation } = standing
  const { interval, expire, worstAge } = standing.flusher
  return {
    dirty,
    writeback,
    phase,
    throttleShare,
    thresholds: thresholds === null ? null : { ...thresholds, freeRun, source },
    computed: computed === null ? null : { ...computed, deviation },
    flusher: { intervalSeconds: interval, expireSeconds: expire, worstAgeSeconds: worstAge },
    settings: standing.settings,
    unavailable: {
      ...(Number.isNaN(dirty + writeback) ? { dirty: 'neither vmstat nor meminfo could be read' } : {}),
      ...(thresholds === null ? { thresholds: 'vmstat does not print them and the formula lacks a file' } : {}),
      ...(computed === null ? { computed: 'meminfo, vmstat, zoneinfo or a setting could not be read' } : {}),
    },
  }
}

function deviceJson({ bdi, disk, mountPoints, stats, minRatio, maxRatio, strictLimit }: WritebackDevice): object {
  return {
    bdi: jsonName(bdi),
    disk: disk === null ? null : jsonName(disk),
    mountPoints: mountPoints.map(jsonName),
    minRatio,
    maxRatio,
    strictLimit,
    stats,
    unavailable: stats === null ? { stats: 'needs root, and debugfs mounted on /sys/kernel/debug' } : {},
  }
}

function openFilesJson(look: OpenFilesLook): object {
  if (look.looked) return { looked: true, reason: null }
  return { looked: false, reason: look.why === 'not-asked' ? '--no-open-files' : pageCacheReason(look.why) }
}

/** Figures that only smaps has. */
const FIGURES = ['mapped', 'unlinked', 'volatile', 'copies', 'anonymous'] as const

function processJson(process: DirtyProcess): object {
  const { memory, groups, missing } = process
  const { pid, stat, cmdline, user, ageSeconds } = memory
  const rawComm = rawName(stat.comm)
  const figures = memory.space === null ? (['atRisk', 'msyncMappings', ...FIGURES] as const) : FIGURES
  return {
    pid,
    startTime: stat.startTime,
    comm: jsonName(stat.comm),
    ...(rawComm === null ? {} : { commHex: rawComm }),
    cmdline: cmdline?.map(jsonName) ?? null,
    user,
    ageSeconds,
    atRisk: process.atRisk,
    atLeast: process.atLeast,
    mapped: process.mapped,
    files: process.files,
    msyncMappings: process.msyncMappings,
    unlinked: process.unlinked,
    volatile: process.volatile,
    copies: process.copies,
    anonymous: process.anonymous,
    cgroup: cgroupJson(process),
    stores: groups,
    mappings: mappingRows([process]).map(mappingJson),
    unavailable: missing === null ? {} : Object.fromEntries(figures.map((name) => [name, missing])),
  }
}

function cgroupJson({ cgroup }: DirtyProcess): object | null {
  if (cgroup === null) return null
  const { limit } = cgroup
  return {
    ...cgroup,
    path: jsonName(cgroup.path),
    limit: limit === null ? null : { bytes: limit.bytes, path: jsonName(limit.path) },
  }
}

function mappingJson({ process, row }: DirtyRow): object {
  const { table, classes } = process
  const name = table.nameOf(row)
  return {
    start: hexJson(table.start[row] as number),
    end: hexJson(table.end[row] as number),
    perms: permsText(table.perms[row] as number),
    offset: table.offset.at(row),
    device: deviceText(table.device.at(row)),
    inode: table.inodeText(row),
    path: name === '' ? null : jsonName(name),
    ...pathHex(name),
    kind: classes.kind(row),
    durability: process.durability(row),
    size: table.size(row),
    dirty: process.dirty(row),
    copies: process.copies(row),
  }
}

function fileJson(file: DirtyFile): object {
  const { links, path, refusal, ...rest } = file
  const why = refusal === null ? null : pageCacheReason(refusal)
  return {
    path: jsonName(path),
    ...pathHex(path),
    ...rest,
    links: links === null ? null : Number(links),
    source: refusal === null ? 'cachestat' : 'smaps',
    unavailable: {
      ...(why === null ? {} : { dirty: why, writeback: why, cached: why }),
      ...(Number.isNaN(file.atRisk) ? { atRisk: unknownRisk(file) } : {}),
      ...(Number.isNaN(file.mapped) ? { mapped: 'smaps was not read' } : {}),
    },
  }
}

function pathHex(path: string): object {
  const raw = rawName(path)
  return raw === null ? {} : { pathHex: raw }
}

function unknownRisk({ unlinked }: DirtyFile): string {
  return unlinked
    ? 'it has lost a name, and whether it has another is root’s to know'
    : 'neither its page cache nor its mappings could be asked'
}
