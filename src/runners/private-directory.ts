import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory that nobody else can look into, gone when it is disposed of. */
export class PrivateDirectory implements Disposable {
  #path: string | null = null

  /** Made when it is first needed. */
  get path(): string {
    this.#path ??= mkdtempSync(join(tmpdir(), 'mmapctl-'))
    return this.#path
  }

  [Symbol.dispose](): void {
    if (this.#path !== null) rmSync(this.#path, { recursive: true, force: true })
    this.#path = null
  }
}
