import fc from 'fast-check'
import type { PlainMapping, PlainRecord } from './plain-parser.ts'

/** Sizes of reads. */
export const odd = fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 5 })

const PAGE = 4096n
const PAGES = 2n ** 52n

/** Small and huge numbers alike: as many bits as chance wants. */
function someBits(bits: number): fc.Arbitrary<bigint> {
  return fc
    .integer({ min: 0, max: bits })
    .chain((count) => fc.bigInt({ min: 0n, max: 2n ** BigInt(count) - (count === 0 ? 0n : 1n) }))
}

/** A name as maps prints one: any byte but NUL and line feed, no space at its start. */
function someName(): fc.Arbitrary<string> {
  const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x0a)
  const characters = byte.map((code) => String.fromCharCode(code))
  const path = fc.tuple(
    fc.constantFrom('/', '[', 'anon_inode:', '/memfd:', '\xff', '\t'),
    fc.string({ unit: characters, maxLength: 30 }),
    fc.constantFrom('', '  ', ' (deleted)', ']', '\r', 'x'.repeat(4060)),
  )
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: path.map((parts) => parts.join('')) },
  )
}

/** A mapping with page-aligned bounds anywhere in 64 bits. */
export function somePlainMapping(): fc.Arbitrary<PlainMapping> {
  const first = someBits(52).filter((page) => page < PAGES - 1n)
  return fc
    .record({
      first,
      pages: someBits(40).map((count) => count + 1n),
      perms: fc
        .tuple(
          fc.constantFrom('r', '-'),
          fc.constantFrom('w', '-'),
          fc.constantFrom('x', '-'),
          fc.constantFrom('s', 'p'),
        )
        .map((letters) => letters.join('')),
      offset: someBits(51).map((pages) => (pages > 0x7ffffffffffffn - 1n ? 0x7fffffffffffen : pages) * PAGE),
      major: someBits(12),
      minor: someBits(20),
      inode: someBits(64),
      name: someName(),
    })
    .map(({ first: page, pages, ...rest }) => {
      const end = page + pages < PAGES ? page + pages : PAGES - 1n
      return { start: page * PAGE, end: end * PAGE, ...rest }
    })
}

/** The line of maps, as `show_vma_header_prefix` and `seq_pad` print it. */
export function printMapping(mapping: PlainMapping): string {
  const wide = (value: bigint): string => value.toString(16).padStart(8, '0')
  const device = [mapping.major, mapping.minor].map((part) => part.toString(16).padStart(2, '0')).join(':')
  const { start, end, perms, offset, inode, name } = mapping
  const prefix = `${wide(start)}-${wide(end)} ${perms} ${wide(offset)} ${device} ${inode} `
  return name === '' ? `${prefix}\n` : `${prefix.padEnd(72)} ${name}\n`
}

/** How a kernel lays out the body of every record. */
interface Layout {
  readonly lines: readonly { readonly key: string; readonly form: 'kB' | 'padded' | 'tabs' | 'text' }[]
  readonly flags: 'last' | 'followed' | 'missing'
}

const KEYS = [
  'Size',
  'KernelPageSize',
  'Rss',
  'Pss',
  'Pss_Dirty',
  'Shared_Clean',
  'Shared_Dirty',
  'Private_Clean',
  'Private_Dirty',
  'KSM',
  'AnonHugePages',
  'Private_Hugetlb',
  'Swap',
  'New Field',
  'Vm',
  'VmFlagsNot',
  'Zebra',
]

function someLayout(): fc.Arbitrary<Layout> {
  const form = fc.oneof(
    { weight: 12, arbitrary: fc.constant('kB' as const) },
    { weight: 2, arbitrary: fc.constantFrom('padded' as const, 'tabs' as const) },
    { weight: 1, arbitrary: fc.constant('text' as const) },
  )
  return fc.record({
    lines: fc
      .shuffledSubarray(KEYS, { minLength: 1 })
      .chain((keys) => fc.tuple(...keys.map((key) => form.map((each) => ({ key, form: each }))))),
    flags: fc.constantFrom('last', 'last', 'last', 'followed', 'missing'),
  })
}

/** Records of one kernel, with the text it prints. */
export function someSmaps(): fc.Arbitrary<{ readonly text: string; readonly records: readonly PlainRecord[] }> {
  const value = fc.oneof(someBits(26), fc.constantFrom(99_999_999n, 100_000_000n, 2n ** 40n))
  const flag = fc.constantFrom('rd', 'wr', 'mr', 'mw', 'me', 'ac', 'zz', '??')
  return someLayout().chain((layout) =>
    fc
      .array(
        fc.record({
          mapping: somePlainMapping(),
          values: fc.tuple(...layout.lines.map(() => value)),
          flags: fc.array(flag, { maxLength: 9 }),
        }),
        { maxLength: 12 },
      )
      .map((parts) => {
        const records = parts.map(({ mapping, values, flags }) => ({
          ...mapping,
          ...valuesOf(layout, values),
          flags: layout.flags === 'missing' ? null : flags,
        }))
        return { records, text: records.map((record) => printRecord(record, layout)).join('') }
      }),
  )
}

function valuesOf(layout: Layout, values: readonly bigint[]): Pick<PlainRecord, 'figures' | 'texts'> {
  const figures = new Map<string, bigint>()
  const texts = new Map<string, string>()
  layout.lines.forEach(({ key, form }, index) => {
    const value = values[index] ?? 0n
    if (form === 'text') texts.set(key, `text ${value}`)
    else figures.set(key, form === 'kB' ? value * 1024n : value)
  })
  return { figures, texts }
}

function printRecord(record: PlainRecord, layout: Layout): string {
  const lines = layout.lines.map(({ key, form }) => {
    const label = `${key}:`
    if (form === 'text') return `${label} ${record.texts.get(key)}\n`
    const value = record.figures.get(key) ?? 0n
    if (form === 'kB') return `${label.padEnd(16)}${String(value / 1024n).padStart(8)} kB\n`
    return form === 'tabs' ? `${label}\t\t${value}\n` : `${label.padEnd(16)}${String(value).padStart(8)}\n`
  })
  if (record.flags !== null) {
    const flags = `VmFlags: ${record.flags.map((flag) => `${flag} `).join('')}\n`
    lines.splice(layout.flags === 'followed' ? lines.length - 1 : lines.length, 0, flags)
  }
  return printMapping(record) + lines.join('')
}

/** A change of a text: where (as a share of its length), what to do, and the byte for it. */
interface Mutation {
  readonly at: number
  readonly what: 'replace' | 'insert' | 'remove' | 'cut'
  readonly byte: string
}

/** A few changes; the bytes are mostly those that matter to the grammar. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    at: fc.nat({ max: 999_999 }),
    what: fc.constantFrom('replace', 'replace', 'replace', 'insert', 'remove', 'cut'),
    byte: fc.oneof(
      fc.constantFrom(...' \n:-0123456789abcdefrwxpsVk\t\0\xff'),
      fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    ),
  }),
  { minLength: 1, maxLength: 4 },
)

/** The text with the changes made. */
export function mutated(text: string, changes: readonly Mutation[]): string {
  let changed = text
  for (const { at, what, byte } of changes) {
    const index = Math.floor((at / 1_000_000) * changed.length)
    const rest = changed.slice(index)
    if (what === 'cut') changed = changed.slice(0, Math.max(index, changed.length - 100))
    else
      changed = changed.slice(0, index) + (what === 'remove' ? '' : byte) + (what === 'insert' ? rest : rest.slice(1))
  }
  return changed
}
