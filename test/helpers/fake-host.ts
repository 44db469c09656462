import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { liveTrees, type Trees } from '../../src/sources/trees.ts'
import { FakeProc } from './fake-proc.ts'
import { fixtureText } from './fixtures.ts'

/** The mounts that the first process of the made-up host sees: cgroups in v2, and in v1 for who asks for that. */
export const MOUNTINFO = {
  v2: '21 1 254:0 / / rw - ext4 /dev/root rw\n25 21 0:25 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
  v1: '21 1 254:0 / / rw - ext4 /dev/root rw\n26 21 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
} as const

/** A whole host that is made up of captured files: its procfs with a first process, and its sysfs. */
export class FakeHost implements Disposable {
  readonly proc = new FakeProc()
  readonly sysfs = mkdtempSync(join(tmpdir(), 'mmapctl-sys-'))

  constructor(cgroups: keyof typeof MOUNTINFO = 'v2') {
    const { proc } = this
    proc.write('meminfo', fixtureText('system/meminfo'))
    proc.write('vmstat', fixtureText('system/vmstat'))
    proc.write('pressure/memory', fixtureText('system/pressure-memory'))
    proc.write('sysvipc/shm', fixtureText('system/sysvipc-shm'))
    const settings = {
      overcommit_memory: 0,
      overcommit_ratio: 50,
      overcommit_kbytes: 0,
      admin_reserve_kbytes: 8192,
      user_reserve_kbytes: 100_407,
      panic_on_oom: 0,
      oom_kill_allocating_task: 0,
    }
    for (const [name, value] of Object.entries(settings)) proc.write(`sys/vm/${name}`, `${value}\n`)
    proc.add(1, { comm: 'init', cgroup: '/', files: { mountinfo: MOUNTINFO[cgroups] } })
  }

  /** Makes a cgroup with the files of a captured or written one, some of them replaced. */
  cgroup(version: 'v1' | 'v2', path: string, files: Readonly<Record<string, string | null>> = {}): this {
    const at = join(this.sysfs, version === 'v1' ? 'fs/cgroup/memory' : 'fs/cgroup', path)
    cpSync(new URL(`../fixtures/cgroup/${version}/`, import.meta.url), at, { recursive: true })
    for (const [name, text] of Object.entries(files)) {
      rmSync(join(at, name), { force: true })
      if (text !== null) this.sys(join(at.slice(this.sysfs.length + 1), name), text)
    }
    return this
  }

  /** Writes a file below the made-up `/sys`. */
  sys(file: string, text: string): this {
    const path = join(this.sysfs, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, 'latin1')
    return this
  }

  /** Flags that make a command read this host. */
  get flags(): readonly string[] {
    return ['--procfs', this.proc.path, '--sysfs', this.sysfs]
  }

  /** The trees that commands read, with nothing noted yet. */
  trees(): Trees {
    return liveTrees(this.proc.path, this.sysfs)
  }

  [Symbol.dispose](): void {
    this.proc[Symbol.dispose]()
    rmSync(this.sysfs, { recursive: true })
  }
}
