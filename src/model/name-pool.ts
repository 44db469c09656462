/** Up to this length a loop is quicker than a call out of JavaScript. */
const SHORT = 40

/**
 * Interned byte strings: a process with 65,000 mappings has a few hundred distinct names.
 *
 * Strings are kept as the kernel's bytes, one character a byte ("binary strings"): file names may hold any byte but
 * NUL, and decoding them as UTF-8 would make two names equal. The display form is made on output.
 */
export class NamePool {
  readonly #values: string[] = ['']
  readonly #bytes: Buffer[] = [Buffer.alloc(0)]
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
    this.#bytes.push(Buffer.from(value, 'latin1'))
    this.#ids.set(value, id)
    return id
  }

  /**
   * Where the string with this id ends in `bytes` if it stands at `from`, -1 if it does not: compares without making a
   * string, which is most of what interning costs.
   */
  matchEnd(id: number, bytes: Uint8Array, from: number): number {
    const value = this.#values[id] as string
    const { length } = value
    if (length > SHORT) {
      const to = from + length
      const name = this.#bytes[id] as Buffer
      return to <= bytes.length && name.compare(bytes, from, to) === 0 ? to : -1
    }
    for (let index = 0; index < length; index++) {
      if (value.charCodeAt(index) !== bytes[from + index]) return -1
    }
    return from + length
  }
}
