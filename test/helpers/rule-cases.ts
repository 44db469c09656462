import { runRules } from '../../src/analysis/rules/engine.ts'
import { RULES } from '../../src/analysis/rules/index.ts'
import type { Finding } from '../../src/analysis/rules/rule.ts'
import type { RuleSources, SourceAnswers, SourceName } from '../../src/analysis/rules/sources.ts'
import type { MappedFile } from '../../src/collectors/mapped-files.ts'
import { parseLimits } from '../../src/parsers/limits.ts'
import { parseStatus } from '../../src/parsers/status.ts'
import { fixtureBytes, fixtureText } from './fixtures.ts'
import { sampleReport } from './reports.ts'

/** A mapping that a test makes up; figures in KiB by the kernel's name. */
export interface MadeMapping {
  readonly start: number
  readonly pages: number
  readonly perms: string
  readonly name?: string
  readonly inode?: number
  readonly offset?: number
  readonly flags?: string
  readonly figures?: Readonly<Record<string, number>>
}

const FIGURES = [
  'Rss',
  'Pss',
  'Shared_Clean',
  'Shared_Dirty',
  'Private_Clean',
  'Private_Dirty',
  'Referenced',
  'Anonymous',
]
const MORE = [
  'LazyFree',
  'AnonHugePages',
  'ShmemPmdMapped',
  'FilePmdMapped',
  'Shared_Hugetlb',
  'Private_Hugetlb',
  'Swap',
  'SwapPss',
  'Locked',
]

/** The text of smaps with these mappings. */
function smapsText(mappings: readonly MadeMapping[]): string {
  return mappings.map(recordText).join('')
}

function recordText({ start, pages, perms, name, inode = 0, offset = 0, flags, figures = {} }: MadeMapping): string {
  const hex = (value: number): string => value.toString(16).padStart(12, '0')
  const head = `${hex(start)}-${hex(start + pages * 4096)} ${perms} ${offset.toString(16).padStart(8, '0')} ${deviceOf(name, inode)} ${inode} `
  const line = (key: string, value: string): string => `${`${key}:`.padEnd(16)}${value}\n`
  const sizes = ['Size', 'KernelPageSize', 'MMUPageSize'].map((key) =>
    line(key, `${key === 'Size' ? pages * 4 : (figures[key] ?? 4)} kB`),
  )
  const rest = [...FIGURES, ...MORE].map((key) => line(key, `${figures[key] ?? 0} kB`))
  return `${head.padEnd(73)}${name ?? ''}\n${sizes.join('')}${rest.join('')}THPeligible:           ${figures['THPeligible'] ?? 0}\nVmFlags: ${flags ?? 'rd wr mr mw me ac'} \n`
}

/** The report on a process with these mappings. */
export function reportOf(mappings: readonly MadeMapping[], basic = false): RuleSources['smaps'] {
  return sampleReport(
    'java',
    {},
    { basic, process: { files: { smaps: smapsText(mappings), maps: mapsText(mappings), statm: null } } },
  )
}

function mapsText(mappings: readonly MadeMapping[]): string {
  return smapsText(mappings)
    .split('\n')
    .filter((line) => /^[0-9a-f]+-[0-9a-f]+ /.test(line))
    .map((line) => `${line}\n`)
    .join('')
}

/** A status with some lines replaced, sizes in KiB. */
export function statusOf(lines: Readonly<Record<string, number | string>>): RuleSources['status'] {
  let text = fixtureText('proc/java/status')
  for (const [key, value] of Object.entries(lines)) {
    const line = `${key}:\t${typeof value === 'number' && key.startsWith('Vm') ? `${value} kB` : value}`
    text = new RegExp(`^${key}:.*$`, 'm').test(text)
      ? text.replace(new RegExp(`^${key}:.*$`, 'm'), line)
      : `${text}${line}\n`
  }
  return parseStatus(Buffer.from(text, 'latin1'))
}

/** The limits of a captured process with one replaced. */
export function limitsOf(name: string, soft: string): RuleSources['limits'] {
  const limits = new Map(parseLimits(fixtureBytes('proc/java/limits')))
  const old = limits.get(name)
  if (old === undefined) throw new Error(`no limit ${name}`)
  limits.set(name, { ...old, soft: soft === 'unlimited' ? soft : BigInt(soft) })
  return limits
}

/** A mapped file of this size, by the key of device and inode; a sparse one takes less on disk. */
export function fileOf(inode: number, size: number, links = 1, allocated = size): readonly [string, MappedFile] {
  const facts = {
    inode: BigInt(inode),
    size: BigInt(size),
    links: BigInt(links),
    allocated: BigInt(allocated),
    device: 0xfe * 2 ** 20,
  }
  return [`${0xfe * 2 ** 20}:${inode}`, { facts, proof: 'mapping' }]
}

/** What one rule comes to with these sources; a source that is given as a text could not be read, for that reason. */
export function check(
  id: string,
  sources: { readonly [Name in SourceName]?: RuleSources[Name] | string },
): Finding | 'clear' | { readonly unknown: string } {
  const rule = RULES.find((each) => each.id === id)
  if (rule === undefined) throw new Error(`no rule ${id}`)
  const answers = Object.fromEntries(
    Object.entries(sources).map(([name, value]) => [
      name,
      typeof value === 'string' ? { ok: false, why: value } : { ok: true, value },
    ]),
  ) as SourceAnswers
  const { findings, notChecked } = runRules([rule], answers)
  const [found] = findings
  if (found !== undefined) return found
  const [missing] = notChecked
  return missing === undefined ? 'clear' : { unknown: missing.why }
}

/** Shared anonymous memory lives on the kernel's own tmpfs. */
function deviceOf(name: string | undefined, inode: number): string {
  if (inode === 0) return '00:00'
  return name?.startsWith('/dev/zero') === true ? '00:01' : 'fe:00'
}
