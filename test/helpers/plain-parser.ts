/**
 * The formats of maps and smaps once more, as plainly as they can be written: a regular expression for each line, no
 * buffers, no learnt layouts, BigInt for every number. Slow, and short enough to be seen to be right.
 */

/** A line of maps as printed. */
export interface PlainMapping {
  readonly start: bigint
  readonly end: bigint
  readonly perms: string
  readonly offset: bigint
  readonly major: bigint
  readonly minor: bigint
  readonly inode: bigint
  readonly name: string
}

/** A record of smaps as printed. */
export interface PlainRecord extends PlainMapping {
  /** Values that are numbers, in bytes where the kernel says kB. */
  readonly figures: ReadonlyMap<string, bigint>
  /** Values that are not. */
  readonly texts: ReadonlyMap<string, string>
  /** `null` without a VmFlags line. */
  readonly flags: readonly string[] | null
}

const MAPPING =
  /^([0-9a-f]+)-([0-9a-f]+) ([r-][w-][x-][sp]) ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d{1,20}) +([^ ].*)?$/s
const NAMELESS = /^([0-9a-f]+)-([0-9a-f]+) ([r-][w-][x-][sp]) ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d{1,20}) +$/

/** The line as a mapping, or `null` when it is none. */
export function plainMapping(line: string): PlainMapping | null {
  if (line.length < '00000000-00001000 rw-p 00000000 00:00 0 '.length) return null
  const match = NAMELESS.exec(line) ?? MAPPING.exec(line)
  if (match === null) return null
  const [, start = '', end = '', perms = '', offset = '', major = '', minor = '', inode = '', name = ''] = match
  return {
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
    perms,
    offset: BigInt(`0x${offset}`),
    major: BigInt(`0x${major}`),
    minor: BigInt(`0x${minor}`),
    inode: BigInt(inode),
    name,
  }
}

/** The mappings of a whole maps file, `null` where a line is none. */
export function plainMaps(text: string): (PlainMapping | null)[] {
  return completeLines(text).map(plainMapping)
}

/** The records of a whole smaps file. */
export function plainSmaps(text: string): PlainRecord[] {
  const records: PlainRecord[] = []
  let figures = new Map<string, bigint>()
  let texts = new Map<string, string>()
  for (const line of completeLines(text)) {
    const mapping = plainMapping(line)
    if (mapping !== null) {
      figures = new Map()
      texts = new Map()
      records.push({ ...mapping, figures, texts, flags: null })
      continue
    }
    const [, key = '', value = ''] = /^([^:]+):(.*)$/s.exec(line) ?? []
    const number = /^[ \t]*(\d+)( kB)?$/.exec(value)
    if (key === 'VmFlags') {
      const last = records.pop()
      if (last === undefined) throw new Error('VmFlags before any mapping')
      records.push({ ...last, flags: value.split(' ').filter((flag) => flag !== '') })
    } else if (number === null) texts.set(key, value.trim())
    else figures.set(key, BigInt(number[1] ?? '') * (number[2] === undefined ? 1n : 1024n))
  }
  return records
}

function completeLines(text: string): string[] {
  const lines = text.split('\n')
  lines.pop()
  return lines
}
