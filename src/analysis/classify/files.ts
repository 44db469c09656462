import type { MappingTable } from '../../model/mapping-table.ts'
import { EXEC, SHARED, WRITE } from '../../model/perms.ts'
import type { Verdict, Verdicts } from './classification.ts'
import type { ClassifyContext } from './context.ts'
import { ANON_HUGEPAGE, nameForm } from './names.ts'
import type { Runtimes } from './runtimes.ts'

const MINOR_SPAN = 2 ** 20
const TMPFS = new Set(['tmpfs', 'ramfs', 'rootfs'])

/** A verdict and the rows it is for: those with this name, flags and permissions (`key`) of this very file. */
interface Decision {
  readonly key: number
  readonly device: number
  readonly inode: number
  readonly verdict: Verdict
}

/** Verdicts on rows that have a name, and what the whole table says about each name. */
export class NamedRows {
  readonly #table: MappingTable
  readonly #context: ClassifyContext
  readonly #runtimes: Runtimes
  readonly #verdicts: Verdicts
  /** Names that some row maps executable: programs and libraries. */
  readonly #executable = new Set<number>()
  /** Inodes of memfds that some row maps executable: generated code written through another mapping. */
  readonly #executableInodes = new Set<number>()
  readonly #known = new Map<number, Decision>()
  #recent: Decision | null = null

  constructor(table: MappingTable, context: ClassifyContext, runtimes: Runtimes, verdicts: Verdicts) {
    this.#table = table
    this.#context = context
    this.#runtimes = runtimes
    this.#verdicts = verdicts
    for (let row = 0; row < table.length; row++) {
      if (((table.perms[row] as number) & EXEC) === 0) continue
      this.#executable.add(table.name[row] as number)
      this.#executableInodes.add(table.inode.at(row))
    }
  }

  /** The verdict on a row with a name. Segments of one file with the same permissions and flags share it. */
  classify(row: number): Verdict {
    const table = this.#table
    // Its size decides, which rows of one name do not share.
    if (table.nameOf(row) === '[heap]' && !table.hasInode(row)) return this.#heap(row)
    const key = ((table.name[row] as number) * 65536 + (table.flags[row] as number)) * 16 + (table.perms[row] as number)
    const device = table.device.at(row)
    const inode = table.inode.at(row)
    const recent = this.#recent?.key === key ? this.#recent : this.#known.get(key)
    if (recent !== undefined && recent.device === device && recent.inode === inode) return recent.verdict
    const decision = { key, device, inode, verdict: this.#decide(row, device) }
    this.#known.set(key, decision)
    this.#recent = decision
    return decision.verdict
  }

  #decide(row: number, device: number): Verdict {
    const table = this.#table
    const flags = table.flagsOf(row)
    const name = table.nameOf(row)
    if (flags?.includes('ht')) return this.#hugetlb(row, name, 'VmFlags ht')
    const ownTmpfs = device < MINOR_SPAN && !this.#context.fsTypes.has(device)
    const form = nameForm(name, table.hasInode(row), ownTmpfs)
    if (form.kind === 'memfd') return this.#memfd(row, form.evidence)
    if (form.kind === 'hugetlb') return this.#hugetlb(row, name, form.evidence)
    if (form.kind !== null) return this.#verdicts.of(form.kind, form.evidence)
    return this.#zeroDevice(row, name, ownTmpfs) ?? this.#device(row, name, flags) ?? this.#file(row, name, device)
  }

  #heap(row: number): Verdict {
    const label = this.#runtimes.heapLabel(row)
    if (label === null) return this.#decide(row, this.#table.device.at(row))
    return this.#verdicts.of('jit', `name [heap], but ${this.#runtimes.evidence(label)}`, label)
  }

  /** Anonymous memory of the pool may be a runtime's, as all other anonymous memory may (java -XX:+UseLargePages). */
  #hugetlb(row: number, name: string, evidence: string): Verdict {
    const label = ANON_HUGEPAGE.test(name) ? this.#runtimes.codeLabel(row) : null
    if (label === null) return this.#verdicts.of('hugetlb', evidence)
    return this.#verdicts.of('hugetlb', `${evidence}; ${this.#runtimes.evidence(label)}`, label)
  }

  /** Compilers that never map memory writable and executable at once map one memfd twice instead. */
  #memfd(row: number, evidence: string): Verdict {
    const generated = this.#executableInodes.has(this.#table.inode.at(row))
    if (!generated) return this.#verdicts.of('memfd', evidence)
    return this.#verdicts.of('memfd', `${evidence}, mapped executable`, 'generated code')
  }

  /** `/dev/zero` is the kernel's spelling of anonymous memory. */
  #zeroDevice(row: number, name: string, ownTmpfs: boolean): Verdict | null {
    const shared = ((this.#table.perms[row] as number) & SHARED) !== 0
    if (name === '/dev/zero (deleted)' && ownTmpfs && shared) {
      return this.#verdicts.of('anonymous-shared', "name /dev/zero (deleted) on the kernel's own tmpfs")
    }
    if (name === '/dev/zero' && !shared) return this.#verdicts.of('anonymous', 'private mapping of /dev/zero')
    return null
  }

  #device(row: number, name: string, flags: readonly string[] | null): Verdict | null {
    const device = this.#table.device.at(row)
    if (/^\/dev\/dax\d/.test(name)) return this.#verdicts.of('dax', 'a device-dax path')
    if (flags?.includes('sf')) return this.#verdicts.of('dax', 'VmFlags sf (MAP_SYNC)')
    if (this.#context.daxDevices.has(device)) return this.#verdicts.of('dax', 'mounted with dax')
    if (flags?.includes('pf') || flags?.includes('io')) return this.#verdicts.of('device', 'VmFlags pf or io')
    const fsType = this.#context.fsTypes.get(device)
    if (fsType === 'devtmpfs' && name.startsWith('/dev/')) return this.#verdicts.of('device', 'a path on devtmpfs')
    if (fsType === 'sysfs' || fsType === 'proc') return this.#verdicts.of('device', `a path on ${fsType}`)
    return null
  }

  #file(row: number, name: string, device: number): Verdict {
    const fsType = this.#context.fsTypes.get(device)
    if (fsType === 'hugetlbfs') return this.#verdicts.of('hugetlb', 'a path on hugetlbfs')
    if (name === this.#context.exe) return this.#verdicts.of('program', 'the path of /proc/PID/exe')
    if (this.#executable.has(this.#table.name[row] as number)) {
      return this.#verdicts.of('library', 'an executable segment of the same file')
    }
    if (fsType !== undefined && TMPFS.has(fsType)) return this.#verdicts.of('shmem', `a path on ${fsType}`)
    if (name.startsWith('/dev/shm/')) return this.#verdicts.of('shmem', 'a path below /dev/shm')
    const perms = this.#table.perms[row] as number
    if (perms & SHARED)
      return this.#verdicts.of('file-shared', perms & WRITE ? 'a shared, writable file' : 'a shared file')
    return this.#verdicts.of('file-private', 'a private file mapping')
  }
}
