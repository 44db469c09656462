import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type HostSample, sampleHost } from '../../src/cli/doctor-sources.ts'
import { liveTrees, type Trees } from '../../src/sources/trees.ts'
import { fixtureText } from './fixtures.ts'

/** A host as it was at one moment: files of procfs and sysfs that were recorded, `path:line` for each of their lines. */
export class Moment implements Disposable {
  readonly #path = mkdtempSync(join(tmpdir(), 'mmapctl-moment-'))
  readonly trees: Trees

  /** @param name A file of `test/fixtures/moments/`. */
  constructor(name: string) {
    const files = new Map<string, string>([['/proc/sys/kernel/osrelease', '6.1.0\n']])
    const seen = new Set<string>()
    for (const line of fixtureText(`moments/${name}.txt`).split('\n').slice(0, -1)) {
      const colon = line.indexOf(':')
      const file = line.slice(0, colon)
      files.set(file, `${seen.has(file) ? files.get(file) : ''}${line.slice(colon + 1)}\n`)
      seen.add(file)
    }
    for (const [file, text] of files) {
      const path = join(this.#path, file)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text, 'latin1')
    }
    this.trees = liveTrees(join(this.#path, 'proc'), join(this.#path, 'sys'))
  }

  /** The host's counters at this moment, as the first of two looks whose second comes now and was recorded `later`. */
  before(later: Moment): HostSample {
    return { ...sampleHost(this.trees), at: performance.now() - (later.#uptime() - this.#uptime()) * 1000 }
  }

  /** Seconds since boot, proc_uptime(5). */
  #uptime(): number {
    const read = this.trees.proc.read('uptime')
    return read.ok ? Number.parseFloat(Buffer.from(read.value).toString('latin1')) : Number.NaN
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true })
  }
}
