/**
 * Interned byte strings: a process with 65,000 mappings has a few hundred distinct names.
 *
 * Strings are kept as the kernel's bytes, one character a byte ("binary strings"): file names may hold any byte but
 * NUL, and decoding them as UTF-8 would make two names equal. The display form is made on output.
 */
export class NamePool {
  readonly #values: string[] = ['']
  readonly #ids = new Map<string, number>([['', 0]])

  /** How many distinct strings there are, the empty one (id 0) included. */
  get size(): number {
    return this.#values.length
  }

  /** The string with this id. */
  get(id: number): string {
    return this.#values[id] as string
  }

  /** The id of a string, entered if it is new. */
  intern(value: string): number {
    const known = this.#ids.get(value)
    if (known !== undefined) return known
    const id = this.#values.length
    this.#values.push(value)
    this.#ids.set(value, id)
    return id
  }

  /** Whether the string with this id is exactly the bytes in `[from, to)`; compares without making a string. */
  equals(id: number, bytes: Uint8Array, from: number, to: number): boolean {
    const value = this.#values[id] as string
    if (value.length !== to - from) return false
    for (let index = 0; index < value.length; index++) {
      if (value.charCodeAt(index) !== bytes[from + index]) return false
    }
    return true
  }
}
