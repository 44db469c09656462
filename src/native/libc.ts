import { createRequire } from 'node:module'
import { join } from 'node:path'
import { getSystemErrorName } from 'node:util'

/** The parts of koffi that are used; its own types are not there when it is not installed. */
export interface Koffi {
  load(path: string | null): KoffiLibrary
  errno(): number
  address(memory: Uint8Array): bigint | number
}

interface KoffiLibrary {
  func(name: string, result: string, parameters: readonly string[]): (...values: readonly unknown[]) => unknown
}

/** A system call that failed. */
export interface CallFailure {
  /** Such as `ENOSYS`. */
  readonly errno: string
}

/** A C function that answers with an int or a long. */
export type CFunction = (...values: readonly unknown[]) => number

/** Not an import: neither the bundler nor a machine without koffi may trip over it. */
function nearby(): NodeJS.Require {
  return createRequire(join(import.meta.dirname, 'native.cjs'))
}

/** Where koffi is; `null` when it is not installed, which it need not be. */
export function koffiPath(): string | null {
  try {
    return nearby().resolve('koffi')
  } catch {
    return null
  }
}

/** The C library that Node itself runs on. */
export class Libc {
  readonly #koffi: Koffi
  readonly #library: KoffiLibrary

  constructor(koffi: Koffi) {
    this.#koffi = koffi
    this.#library = koffi.load(null)
  }

  /** Loads koffi into this process, for good; throws what koffi throws. */
  static load(path: string): Libc {
    return new Libc(nearby()(path) as Koffi)
  }

  /** A function of the C library, looked up when it is first called. */
  func(name: string, result: 'int' | 'long', parameters: readonly string[]): CFunction {
    let found: CFunction | null = null
    return (...values) => {
      found ??= this.#library.func(name, result, parameters) as CFunction
      return found(...values)
    }
  }

  /** Where memory lies, for a structure that points to it; it must outlive the call. */
  addressOf(memory: Uint8Array): bigint | number {
    return this.#koffi.address(memory)
  }

  /** What a call answered that says -1 for a failure; to be asked before any other call is made. */
  outcome(answer: number): number | CallFailure {
    if (answer !== -1) return answer
    return { errno: getSystemErrorName(-this.#koffi.errno()) }
  }
}

export function failed<Value extends object | number | null>(outcome: Value | CallFailure): outcome is CallFailure {
  return typeof outcome === 'object' && outcome !== null && 'errno' in outcome
}
