import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { liveTrees, type Trees } from '../../src/sources/trees.ts'

/** A directory that looks like sysfs, from `path:content` lines as the fixtures list them, or from a table of files. */
export class FakeSys implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'mmapctl-sys-'))

  /** Adds the files of a listing whose paths begin with `/sys/`. */
  addListing(listing: string): this {
    for (const line of listing.split('\n')) {
      const colon = line.indexOf(':')
      if (line.startsWith('/sys/')) this.write(line.slice('/sys/'.length, colon), `${line.slice(colon + 1)}\n`)
    }
    return this
  }

  /** Writes one file. */
  write(file: string, text: string): this {
    const path = join(this.path, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, 'latin1')
    return this
  }

  /** Takes a file or a directory away. */
  remove(file: string): this {
    rmSync(join(this.path, file), { recursive: true })
    return this
  }

  trees(): Trees {
    return liveTrees('/proc', this.path)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true })
  }
}
