import { describe, expect, test } from 'vitest'
import Doctor from '../../src/commands/doctor.ts'
import { doctorFaults } from '../helpers/doctor-schemas.ts'
import { runCommand } from '../helpers/run-command.ts'

const RULES = ['fork-copies', 'thp-unused', 'tlb-reach', 'thp-bloat', 'hugetlb-expected', 'relocated-libraries']
const MIB = 2 ** 20

interface Found {
  readonly rule: string
  readonly severity: string
  readonly summary: string
  readonly also: readonly Found[]
  readonly evidence: readonly { readonly what: string; readonly value: number | string }[]
}

interface Checked {
  readonly comm: string
  readonly findings: readonly Found[]
  readonly clear: readonly string[]
  readonly notChecked: readonly { readonly rule: string }[]
}

/** What these rules say of a captured process: the findings by rule, and the rules that could not be checked. */
async function judged(capture: string, rules: readonly string[] = RULES) {
  const path = `test/fixtures/captures/${capture}.mmapcap`
  const { stdout } = await runCommand(Doctor, [path, '--json', '--rules', rules.join()])
  const document: unknown = JSON.parse(stdout)
  expect(doctorFaults('doctor', document)).toEqual([])
  const { processes, hostFindings } = document as {
    readonly processes: readonly Checked[]
    readonly hostFindings: Omit<Checked, 'comm'>
  }
  const checked = [...processes, hostFindings]
  return {
    processes,
    findings: new Map(checked.flatMap(({ findings }) => findings).map((found) => [found.rule, found])),
    clear: checked.flatMap(({ clear }) => clear),
    notChecked: checked.flatMap(({ notChecked }) => notChecked).map(({ rule }) => rule),
  }
}

function figure(found: Found | undefined, what: string): number | string | undefined {
  return found?.evidence.find((each) => each.what.includes(what))?.value
}

describe('doctor on captures of real software', () => {
  test('finds what Redis shares with the process that saves it, in huge pages', async () => {
    const { findings, notChecked } = await judged('redis-bgsave')
    expect([...findings.keys()]).toEqual(['fork-copies'])
    const copies = findings.get('fork-copies')
    expect(copies?.severity).toBe('low')
    expect(figure(copies, 'huge')).toBe(166 * MIB)
    // Contents are in no capture.
    expect(notChecked).toEqual(['thp-bloat'])
  })

  test('finds nothing of the kind in a Redis that does not save', async () => {
    expect((await judged('redis-after')).findings.size).toBe(0)
  })

  test('tells a JVM with small pages what huge ones would bring, for information', async () => {
    const { findings } = await judged('java-small-pages')
    expect([...findings.keys()]).toEqual(['thp-unused'])
    const unused = findings.get('thp-unused')
    // How little the TLB covers is what small pages bring.
    expect(unused).toMatchObject({ severity: 'info', also: [{ rule: 'tlb-reach', severity: 'info' }] })
    expect(figure(unused, 'why')).toContain('nobody has asked')
  })

  test('is content with one that was started with -XX:+UseTransparentHugePages', async () => {
    expect((await judged('java-huge-pages')).findings.size).toBe(0)
  })

  test('finds a pool that PostgreSQL was too large for, and is content where it has its huge pages', async () => {
    const { findings } = await judged('postgres-no-huge-pages', ['hugetlb-expected', 'hugetlb-idle'])
    const expected = findings.get('hugetlb-expected')
    expect(expected?.severity).toBe('medium')
    expect(figure(expected, 'in the pool')).toBe(100)
    expect(figure(expected, 'for the segment')).toBe(276)
    const { clear } = await judged('postgres-huge-pages', ['hugetlb-expected', 'hugetlb-exhausted'])
    expect(clear.sort()).toEqual(['hugetlb-exhausted', 'hugetlb-expected'])
  })

  test('knows the code of a JVM in huge pages', async () => {
    const { findings } = await judged('java-hugetlb', ['writable-executable'])
    expect(findings.get('writable-executable')).toMatchObject({
      severity: 'info',
      summary: 'a runtime keeps writable code: JVM code cache',
    })
  })

  test('finds private data of several large libraries, not of few', async () => {
    const { findings } = await judged('python-llvm', ['relocated-libraries'])
    expect(figure(findings.get('relocated-libraries'), 'private copies')).toBeGreaterThan(18 * MIB)
    expect((await judged('java-small-pages', ['relocated-libraries'])).clear).toEqual(['relocated-libraries'])
  })
})

describe('doctor on captures of databases and runtimes', () => {
  const DATABASE = ['database-on-mmap', 'beyond-end-of-file']

  test('knows a database of SQLite that is mapped, and says nothing of one that is read', async () => {
    const { findings, clear } = await judged('sqlite-mapped', DATABASE)
    expect(findings.get('database-on-mmap')?.summary).toMatch(/^SQLite reads \S+\.db through a mapping$/)
    // Two connections map the whole file each.
    expect(figure(findings.get('database-on-mmap'), 'mapped')).toBeGreaterThan(2 * 85 * MIB)
    expect(clear).toEqual(['beyond-end-of-file'])
    expect((await judged('sqlite-read', DATABASE)).findings.size).toBe(0)
  })

  test('knows LMDB, whose map is larger than its file', async () => {
    const { findings } = await judged('lmdb-mapped', DATABASE)
    expect(findings.get('database-on-mmap')?.summary).toMatch(/^LMDB reads \S+\/data\.mdb through a mapping$/)
    expect(findings.get('beyond-end-of-file')?.severity).toBe('low')
    // As it is without a size: 10 MiB, in a file without a directory of its own.
    const small = await judged('lmdb-small', DATABASE)
    expect(small.clear).toEqual(['database-on-mmap'])
    expect(small.findings.get('beyond-end-of-file')?.severity).toBe('low')
  })

  test('finds a heap that was never promised from 5 % of RAM on, and none that was', async () => {
    const { findings } = await judged('node-large', ['uncharged-memory'])
    expect(findings.get('uncharged-memory')).toMatchObject({ severity: 'info', confidence: 'certain' })
    expect(figure(findings.get('uncharged-memory'), 'without a promise')).toBeGreaterThan(1300 * MIB)
    for (const capture of ['node-smaller', 'java-small-pages'])
      expect((await judged(capture, ['uncharged-memory'])).clear).toEqual(['uncharged-memory'])
  })
})

describe('doctor on captures of a host', () => {
  test('finds memory on the other of two nodes, not where the process may run there, nor 200 MiB', async () => {
    const { processes } = await judged('two-nodes', ['numa-imbalance'])
    expect(processes.map(({ comm, findings }) => [comm, findings[0]?.summary ?? null])).toEqual([
      ['far', '100 % of its pages are on node 1, and it may run on node 0 alone'],
      ['roams', null],
      ['less', null],
    ])
    expect(processes.flatMap(({ clear }) => clear)).toEqual(['numa-imbalance', 'numa-imbalance'])
  })

  const POOL = ['hugetlb-idle', 'hugetlb-exhausted']
  const LOCKED = ['locked-share', 'unevictable-memory']

  test('finds a hugetlb pool idle, not while all of it is promised', async () => {
    const { findings, clear } = await judged('pool-idle', POOL)
    // Four pages without a reservation, and 516 to be had.
    expect(clear).toEqual(['hugetlb-exhausted'])
    expect(findings.get('hugetlb-idle')).toMatchObject({ severity: 'medium' })
    expect(figure(findings.get('hugetlb-idle'), 'idle')).toBe(1032 * MIB)
  })

  test('finds pages that the pool cannot give, where all others are promised', async () => {
    const { findings, clear } = await judged('pool-promised', POOL)
    expect(clear).toEqual(['hugetlb-idle'])
    expect(findings.get('hugetlb-exhausted')).toMatchObject({ severity: 'high', confidence: 'certain' })
    expect(figure(findings.get('hugetlb-exhausted'), 'not there')).toBe(8 * MIB)
  })

  test('finds 31 % of the memory locked, in the process and, told with it, the host, and 29 % not', async () => {
    const { findings, processes } = await judged('locked-much', LOCKED)
    expect([...findings.keys()]).toEqual(['locked-share'])
    expect(findings.get('locked-share')?.also).toMatchObject([{ rule: 'unevictable-memory', pid: null }])
    expect(processes).toMatchObject([{ elsewhere: [] }])
    expect(figure(findings.get('locked-share'), 'locked')).toBeGreaterThanOrEqual(7400 * MIB)
    expect((await judged('locked-less', LOCKED)).clear.sort()).toEqual(LOCKED)
  })

  test('finds dirty memory beyond its limit', async () => {
    const found = (await judged('dirty-held', ['dirty-throttling'])).findings.get('dirty-throttling')
    expect(found).toMatchObject({ severity: 'high', summary: expect.stringContaining('at its limit') })
    expect(figure(found, 'limit')).toBe(256 * MIB)
  })

  test('finds dirty memory at 95 % of where writers sleep, not at 69 %', async () => {
    const { findings } = await judged('dirty-near', ['dirty-throttling'])
    expect(findings.get('dirty-throttling')).toMatchObject({
      severity: 'medium',
      summary: expect.stringContaining('95 %'),
    })
    expect((await judged('dirty-below', ['dirty-throttling'])).clear).toEqual(['dirty-throttling'])
  })
})
