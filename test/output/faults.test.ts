import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FaultsInput } from '../../src/analysis/faults/report.ts'
import { FRAME_END } from '../../src/analysis/faults/stacks.ts'
import { FAULT_GROUPINGS } from '../../src/model/fault-attribution.ts'
import type { FaultRun, UnknownReason } from '../../src/model/faults.ts'
import type { FaultsReport } from '../../src/model/faults-report.ts'
import type { PerfCause } from '../../src/model/perf-failure.ts'
import { writeFaultsCsv } from '../../src/output/faults-csv.ts'
import { formatCost, formatRatio, formatShare } from '../../src/output/faults-figures.ts'
import { writeFaultsJson } from '../../src/output/faults-json.ts'
import { noteText } from '../../src/output/faults-notes.ts'
import { caveatText, differenceText, reasonText } from '../../src/output/faults-reasons.ts'
import type { FaultsStyle } from '../../src/output/faults-summary.ts'
import { writeFaultsText } from '../../src/output/faults-text.ts'
import { writeFolded } from '../../src/output/folded.ts'
import { createPalette } from '../../src/output/palette.ts'
import { perfFailureText } from '../../src/output/perf-failure-text.ts'
import { sparkline } from '../../src/output/sparkline.ts'
import { displayWidth } from '../../src/output/width.ts'
import { reportOf, runsOf } from '../helpers/fault-reports.ts'
import { counter, faultRun } from '../helpers/fault-runs.ts'
import { attribute, exec, fault, fork, mmap, recorded } from '../helpers/fault-traces.ts'
import { wrong } from '../helpers/faults-schema.ts'

const PLAIN: FaultsStyle = { palette: createPalette(false), width: null, quiet: false }
const TOOL = { name: 'mmapctl', version: '0.0.0' }

function text(report: FaultsReport, options: Partial<FaultsStyle> = {}): string {
  let written = ''
  writeFaultsText(report, { ...PLAIN, ...options }, (piece) => {
    written += piece
  })
  return written
}

function json(report: FaultsReport): Record<string, never> {
  let written = ''
  writeFaultsJson(report, TOOL, (piece) => {
    written += piece
  })
  expect(written.endsWith('\n')).toBe(true)
  const document = JSON.parse(written)
  expect(wrong(document)).toEqual([])
  return document
}

function csv(report: FaultsReport, header = true): readonly string[] {
  const lines: string[] = []
  writeFaultsCsv(report, header, (piece) => lines.push(piece.slice(0, -1)))
  return lines
}

function golden(name: string): string {
  return `../golden/${name}.txt`
}

const HARDWARE = [
  counter('page-faults', 24_595),
  counter('minor-faults', 24_595),
  counter('major-faults', 0),
  counter('page-faults', 23_690, { modifiers: 'u' }),
  counter('dTLB-load-misses', 120_000, { state: 'scaled', percentRunning: 62.5 }),
  counter('instructions', 100_000_000),
  counter('cycles', 80_000_000),
  counter('task-clock', 6900.5, { unit: 'msec' }),
]
const KERNEL = {
  minor: 119_902,
  major: 0,
  source: '/proc/self/stat: cminflt, cmajflt',
  includes: 'reaped tree',
} as const
const COUNTED = reportOf([faultRun(HARDWARE, { kernel: KERNEL, wallMs: 6980, peakRssBytes: 480 * 1024 ** 2 })])
const NO_PERF = reportOf([
  faultRun([], {
    perfVersion: null,
    failure: { cause: 'not-installed', event: null, detail: null, paranoid: null, packages: [] },
  }),
])
const NOBODY = reportOf([
  faultRun([
    counter('page-faults', 49, { modifiers: 'u' }),
    counter('dTLB-load-misses', null),
    counter('cycles', null),
  ]),
])

function compared(given: Partial<FaultsInput> = {}): FaultsReport {
  const many = [119_790, 119_805, 119_821, 119_800, 119_802, 119_810, 119_815]
  const before = many.map((faults) =>
    faultRun([counter('page-faults', faults)], { kernel: { ...KERNEL, minor: faults }, wallMs: 7900 + (faults % 7) }),
  )
  const after = many.map((faults) =>
    faultRun([counter('page-faults', faults - 95_000)], {
      kernel: { ...KERNEL, minor: faults + 5 },
      wallMs: 6980 + (faults % 7),
    }),
  )
  return reportOf(before, { command: ['./old'], other: { command: ['./new'], runs: after }, ...given })
}

const HOSTILE = '\x1b[31m\u009b\n\xff,"=1+1'

describe('what people see', () => {
  it.each([
    ['faults-counted', COUNTED, 100],
    ['faults-counted-50', COUNTED, 50],
    ['faults-no-perf', NO_PERF, 80],
    ['faults-unprivileged', NOBODY, 100],
    ['faults-repeated', reportOf(runsOf([1050, 1052, 1060]), { repeated: true }), 100],
    ['faults-compared', compared(), 120],
    ['faults-compared-80', compared(), 80],
  ] as const)('%s', async (name, report, width) => {
    const written = text(report, { width })
    for (const line of written.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(width)
    await expect(written).toMatchFileSnapshot(golden(name))
  })

  it.each(FAULT_GROUPINGS)('of a recording by %s', async (by) => {
    const attribution = recorded('6.1-full', by, 12)
    const written = text(reportOf([faultRun([])], { attribution }), { width: 120 })
    for (const line of written.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(120)
    await expect(written).toMatchFileSnapshot(golden(`faults-by-${by}`))
  })

  it('of a recording on a narrow terminal, and in a pipe', () => {
    const report = reportOf([faultRun([])], { attribution: recorded('7.2-full', 'mapping', 12) })
    for (const line of text(report, { width: 60 }).split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(60)
    expect(text(report)).toContain('/usr/lib/x86_64-linux-gnu/libc.so.6')
  })

  it('of a process that was watched', () => {
    const samples = [0, 1, 2, 3].map((index) => ({ atMs: index * 1000, minflt: index ** 3 * 100, majflt: 0 }))
    const run = faultRun([counter('page-faults', 2700)], { samples, exit: { code: null, signal: null } })
    const written = text(reportOf([run], { target: { pid: 77, comm: 'redis' } }), { width: 100 })
    expect(written).toContain('PID 77 · redis')
    expect(written).toContain('faults a second  ▁▃█')
    expect(written).toContain('mean 900, peak 1,900')
  })

  it('of a program that was killed, and of one that is still running', () => {
    expect(text(reportOf(runsOf([1], { exit: { code: null, signal: 'SIGSEGV' } })))).toContain('killed by SIGSEGV')
    expect(text(reportOf(runsOf([1], { exit: { code: null, signal: null } })))).toContain('still running')
  })

  it('shows unknown as unknown, with the reason, and never as 0', () => {
    expect(text(NOBODY)).toContain('no hardware counters here, so that cycles and TLB misses are unknown')
    expect(text(NOBODY)).not.toMatch(/dTLB-load-misses\s+0/)
  })

  it('says which counts leave kernel mode out; clocks never do', () => {
    const list = ['page-faults', 'instructions', 'task-clock'].map((event) => counter(event, 49, { modifiers: 'u' }))
    const written = text(reportOf([faultRun(list)]))
    expect(written).toMatch(/instructions +49 +user mode only/)
    expect(written).toMatch(/task-clock +49\n/)
  })

  it('says what the host did that may have been these faults, where it did', () => {
    const busy = { thpFaultAlloc: 4, thpFaultFallback: 2, numaHintFaults: 300, pswpin: 7 }
    const written = text(reportOf([faultRun([], { hostEvents: busy })]))
    expect(written).toMatch(/huge pages given at faults +≤ 4 +thp_fault_alloc, whole host/)
    expect(written).toMatch(/huge pages not to be had +≤ 2 /)
    expect(written).toMatch(/NUMA hinting faults +≤ 300 /)
    expect(written).toMatch(/note: this host swapped meanwhile \(7 pages in and 0 out\)/)
    expect(text(reportOf([faultRun([])]))).not.toMatch(/whole host|swapped/)
    expect(noteText({ code: 'huge-untold', allocated: null })).toMatch(/Linux 5\.11$/)
    expect(noteText({ code: 'huge-untold', allocated: 12 })).toContain('the host gave 12 at faults')
  })

  it('of several runs: how they ended, and of which the figures are', () => {
    const ended = (...codes: readonly number[]): FaultRun[] =>
      codes.flatMap((code) => runsOf([1], { exit: { code, signal: null } }))
    const head = (...codes: readonly number[]): string =>
      text(reportOf(ended(...codes), { repeated: true })).split('\n')[1] ?? ''
    expect(head(0, 0, 0)).toMatch(/^exit 0 · 3 runs, medians · /)
    expect(head(0)).toMatch(/^exit 0 · 1 run · /)
    expect(head(0, 3, 0)).toMatch(/^exit 0 \(2 runs\), exit 3 \(1 run\) · medians of the 2 that succeeded · /)
    expect(head(3, 3)).toMatch(/^exit 3 \(2 runs\) · none succeeded, figures of one of them · /)
    expect(text(reportOf(ended(3, 3), { repeated: true }))).toContain('note: no run succeeded')
  })

  it('has the known figures and the tables alone when asked to be quiet', () => {
    expect(text(NOBODY)).toContain('note: perf counts user mode only')
    const FIGURE = /^ *[\w-][\w ,-]* {2,}(?:[≈≥≤<] ?)?[\d,.]+/
    for (const report of [NOBODY, reportOf(runsOf([1], { exit: { code: null, signal: 'SIGSEGV' } }))]) {
      const lines = text(report, { quiet: true }).trimEnd().split('\n')
      expect(lines.filter((line) => !FIGURE.test(line))).toEqual([])
      expect(lines.length).toBeGreaterThan(3)
    }
  })

  it('compares in the table alone when asked to be quiet, and still says why it does not', () => {
    const compared = reportOf(runsOf([1, 2]), { other: { command: ['b'], runs: runsOf([1, 2]) } })
    const [head, ...rows] = text(compared, { quiet: true }).trimEnd().split('\n')
    expect(head).toMatch(/^ +before .*change$/)
    expect(rows.every((row) => /^[\w ,.]+ {2}/.test(row) && !row.startsWith('medians'))).toBe(true)
    const failed = runsOf([1], { exit: { code: 3, signal: null } })
    const refused = reportOf(runsOf([1]), { other: { command: ['b'], runs: failed } })
    expect(text(refused, { quiet: true })).toContain('not compared')
  })

  it('says of a sampled recording what is about and what is at least so much', () => {
    const events = [mmap(0x100000, 9), ...[0, 1, 1].map((page) => fault(0x100000 + page * 4096, { period: 101 }))]
    const row = (period: number): string =>
      text(reportOf([faultRun([])], { attribution: attribute(events, 'mapping', { period }) }))
    expect(row(101)).toMatch(/≈303 +100 +first-touch +≥2 +≥1 /)
    expect(row(101)).toContain('3 samples · every 101st · ')
    const exact = attribute([mmap(0x100000, 9), fault(0x100000)])
    expect(text(reportOf([faultRun([])], { attribution: exact }))).toMatch(/^ +1 +100 +first-touch +1 /m)
  })

  it('puts thousands of small files together in a sentence, and leaves trifles out', () => {
    const files = Array.from({ length: 300 }, (_, index) => {
      const at = 0x10000 + index * 4096
      return [mmap(at, 1, { name: `/objects/${index}`, file: `f ${index}`, perms: 'r--p' }), fault(at)]
    })
    const few = [mmap(0x900000, 9), ...[0, 1, 2, 3].map((page) => fault(0x900000 + page * 4096))]
    const written = text(reportOf([faultRun([])], { attribution: attribute([...files.flat(), ...few]) }))
    expect(written).toContain('99 % of 304 faults: map-in of 300 mappings of several names, from work (prog)\n')
    expect(written).not.toMatch(/^1\.3 % of/m)
  })

  it('draws time without faults as such, and cuts none of it', () => {
    const times = [1, 1.001, 1.02, 1.021]
    const attribution = attribute([mmap(0x10000, 9), ...times.map((time) => fault(0x10000, { time }))], 'time')
    const written = text(reportOf([faultRun([])], { attribution }))
    expect(written).toMatch(/faults over time {2}█▁+█\n/)
    expect(written).not.toContain('more')
  })

  it('quotes a command as it would be typed', () => {
    const written = text(reportOf([faultRun([])], { command: ['sh', '-c', "exit 3 # it's", '', 'a=b', '\x1b'] }))
    expect(written.split('\n')[0]).toBe("sh -c 'exit 3 # it'\\''s' '' a=b '\\x1b'")
  })

  it('says whose faults they are where several programs ran', () => {
    const tool = { pid: 20, tid: 20, comm: 'tool' }
    const events = [
      mmap(0x100000, 9),
      ...[0, 1, 2].map((page) => fault(0x100000 + page * 4096)),
      fork(20),
      exec(20, 'tool\n'),
      mmap(0x100000, 9, tool),
      fault(0x100000, tool),
    ]
    const written = text(reportOf([faultRun([])], { attribution: attribute(events) }))
    expect(written).toContain('programs: prog 75 %, tool\\x0a 25 %\n')
    expect(written).toContain(
      '75 % of 4 faults: first touch of anonymous memory (36.0 KiB at 0x100000) in prog (PID 10)',
    )
    const alone = text(reportOf([faultRun([])], { attribution: attribute(events.slice(0, 4)) }))
    expect(alone).not.toMatch(/programs:|PID 10/)
  })

  it('names the program in every piece of advice, and how it gets huge pages', () => {
    const pages = Array.from({ length: 5000 }, (_, page) => fault(0x100000 + page * 4096))
    const advised = (given: Parameters<typeof mmap>[2], thp: string | null = 'madvise'): string => {
      const events = [exec(10, given?.comm ?? 'prog'), mmap(0x100000, 5000, given), ...pages]
      const { host } = faultRun([])
      return text(reportOf([faultRun([])], { host: { ...host, thp }, attribution: attribute(events) }))
    }
    expect(advised({})).toMatch(/→ prog \(PID 10\): 5,000 faults \(100 %\) .* \(madvise MADV_HUGEPAGE\)/)
    expect(advised({ name: '[heap]' })).toContain('(GLIBC_TUNABLES=glibc.malloc.hugetlb=1, glibc 2.35)')
    expect(advised({ comm: 'java' })).toContain('→ java (PID 10): ')
    expect(advised({ comm: 'java' })).toContain('(-XX:+UseTransparentHugePages)')
    expect(advised({}, 'never')).toContain('(they are off here: transparent_hugepage/enabled is never)')
  })

  it.each([40, 50, 60, 79])('cuts no figure of a comparison at %i columns', (width) => {
    const written = text(compared(), { width })
    for (const line of written.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(width)
    for (const figure of ['119,805', '24,805', '95,005', '−95,000 (−79 %)', '8.0 MiB', '7.9 s', '7 and 7 runs']) {
      expect(written.replaceAll(/\n */g, ' ')).toContain(figure)
    }
  })

  it('says how many times as much where percent would say nothing', () => {
    const other = { command: ['b'], runs: runsOf([52_000, 52_000, 52_000]) }
    expect(text(reportOf(runsOf([52, 52, 52]), { other }))).toContain('+51,948 (×1,000)')
  })

  it('says why two programs are not compared', () => {
    const runs = runsOf([1])
    const failed = runsOf([1], { exit: { code: 3, signal: null } })
    expect(text(reportOf(runs, { other: { command: ['b'], runs: failed } }))).toContain(
      'not compared: 1 of the runs after failed',
    )
    expect(text(reportOf(runs, { other: { command: ['b'], runs: runsOf([1], { warmup: true }) } }))).toContain(
      'no run after was completed',
    )
    const user = [faultRun([counter('page-faults', 9, { modifiers: 'u' })])]
    expect(text(reportOf(runs, { other: { command: ['b'], runs: user } }))).toContain('user mode alone')
  })

  it('colours by meaning, and nothing else changes', () => {
    const attribution = recorded('6.1-full', 'mapping', 5)
    const report = reportOf([faultRun([])], { attribution })
    const coloured = text(report, { palette: createPalette(true), width: 100 })
    expect(stripVTControlCharacters(coloured)).toBe(text(report, { width: 100 }))
  })

  it('lets no name from outside reach the terminal as it is', () => {
    const attribution = (by: (typeof FAULT_GROUPINGS)[number]): FaultsReport['attribution'] =>
      attribute(
        [
          mmap(0x100000, 4, { name: `/srv/${HOSTILE}`, file: 'f 1' }),
          fault(0x100000, { comm: HOSTILE, site: { symbol: HOSTILE, offset: 0, dso: `/lib/${HOSTILE}` } }),
        ],
        by,
      )
    for (const by of FAULT_GROUPINGS) {
      const report = reportOf([faultRun([counter(HOSTILE, 5)])], {
        command: [HOSTILE],
        attribution: attribution(by),
        target: by === 'time' ? { pid: 1, comm: HOSTILE } : null,
      })
      for (const written of [text(report, { width: 80 }), text(report), csv(report).join('')]) {
        expect(written.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u009b]/u)
      }
      expect(csv(report)).toHaveLength(2)
    }
  })
})

describe('JSON', () => {
  it('has every figure with its reason in words', () => {
    const document = json(NOBODY) as unknown as {
      counters: Record<string, unknown>
      unavailable: Record<string, string>
      schema: string
    }
    expect(document.schema).toBe('mmapctl/faults@1')
    expect(document.counters['page-faults']).toMatchObject({ value: 49, modifiers: 'u', unit: '', state: 'counted' })
    expect(document.counters['cycles']).toMatchObject({ value: null, reason: 'no-pmu' })
    expect(document.unavailable['cycles']).toContain('no hardware counters')
    expect(document.unavailable['accounting.perf.all']).toContain('kernel mode may not be counted')
  })

  it('never lacks the reason of an unknown figure', () => {
    for (const report of [COUNTED, NO_PERF, NOBODY]) {
      const { counters, derived, unavailable } = json(report) as unknown as Record<
        string,
        Record<string, { value: number | null }>
      >
      for (const [name, { value }] of Object.entries({ ...counters, ...derived })) {
        expect(value === null, name).toBe(unavailable?.[name] !== undefined)
      }
    }
  })

  it('has every run, comparison, hot spots and advice', async () => {
    const attribution = attribute([
      mmap(0x100000, 4, { name: '/srv/\xff' }),
      fault(0x100000),
      fault(0x900000, { site: { symbol: null, offset: null, dso: null } }),
    ])
    const rates = [0, 1000].map((atMs) => ({ atMs, minflt: atMs, majflt: 0 }))
    const run = faultRun(HARDWARE, { kernel: KERNEL, samples: rates })
    const provenance = [{ source: 'perf stat', at: 0, durationMs: 5, bytes: 9 }]
    const document = json(compared({ provenance })) as unknown as {
      runs: unknown[]
      comparison: { after: { runs: unknown[] }; rows: Record<string, { verdict: string }> }
    }
    const where = json(reportOf([faultRun([])], { attribution, target: { pid: 7, comm: 'x' } })) as unknown as {
      attribution: { hotspots: { key: string }[] }
    }
    expect(document.runs).toHaveLength(7)
    expect(document.comparison.after.runs).toHaveLength(7)
    expect(document.comparison.rows['pre-faulted']?.verdict).toBe('more')
    expect(where.attribution.hotspots.map(({ key }) => key)).toEqual(['/srv/\\xff', 'no mapping seen'])
    expect(json(reportOf([run]))).toMatchObject({ rates: { mean: 1000 }, comparison: null, attribution: null })
    await expect(`${JSON.stringify(json(COUNTED), null, 2)}\n`).toMatchFileSnapshot(golden('faults.json'))
  })
})

describe('names that are not UTF-8', () => {
  const NAME = '/srv/\xff\n'
  const hex = '2f7372762fff0a'
  const attribution = attribute(
    [
      mmap(0x100000, 4, { name: NAME }),
      fault(0x100000, { comm: '\xfe', site: { symbol: '\xfd', offset: 0, dso: NAME } }),
    ],
    'mapping',
  )

  it('are given by their bytes in JSON', () => {
    const report = reportOf([faultRun([])], { attribution, command: ['a', '\xff'], target: { pid: 1, comm: '\xfe' } })
    expect(json(report)).toMatchObject({
      command: ['a', '\\xff'],
      commandHex: [null, 'ff'],
      target: { comm: '\\xfe', commHex: 'fe' },
      attribution: {
        hotspots: [
          {
            key: '/srv/\\xff\\x0a',
            keyHex: hex,
            mapping: { nameHex: hex },
            site: { symbolHex: 'fd', dsoHex: hex },
            thread: { commHex: 'fe' },
          },
        ],
        leading: [{ nameHex: hex, symbolHex: 'fd', dsoHex: hex, mapping: { nameHex: hex } }],
      },
    })
  })

  it('are spelled out for people and spreadsheets, a row a mapping', () => {
    const report = reportOf([faultRun([])], { attribution })
    expect(text(report, { width: 80 })).toContain('/srv/\\xff\\x0a')
    expect(csv(report)).toHaveLength(2)
    expect(csv(report)[1]).toContain(',/srv/\\xff\\x0a,')
  })

  it('add nothing to JSON where names are UTF-8', () => {
    expect(JSON.stringify(json(reportOf([faultRun([])], { attribution: recorded('6.1-full') })))).not.toMatch(/Hex"/)
  })
})

describe('CSV', () => {
  it('has a row for each counter of each run, of both programs', () => {
    const [header, first] = csv(COUNTED)
    expect(header).toBe('subject,run,warmup,exit,event,modifiers,value,unit,state,source')
    expect(first).toBe('first,1,0,0,page-faults,,24595,,counted,perf stat 6.1.192: page-faults')
    expect(csv(COUNTED, false)[0]).toBe(first)
    expect(csv(NOBODY).find((line) => line.includes('cycles'))).toBe(
      'first,1,0,0,cycles,,,,not-supported,perf stat 6.1.192: cycles',
    )
    expect(csv(compared()).filter((line) => /^second,7,/.test(line)).length).toBeGreaterThan(5)
    expect(
      csv(reportOf(runsOf([1], { kernel: null, peakRssBytes: null, exit: { code: null, signal: 'SIGKILL' } }))).at(-2),
    ).toBe('first,1,0,SIGKILL,peak-rss,,,bytes,not-counted,')
  })

  it('has a row for each hot spot where there are some', () => {
    const lines = csv(reportOf([faultRun([])], { attribution: recorded('6.1-full', 'mapping', 2) }))
    expect(lines).toHaveLength(3)
    expect(lines[2]).toContain(',/memfd:mycache (deleted),')
  })
})

describe('folded stacks', () => {
  function folded(stacks: readonly (readonly [readonly string[], number])[]): string {
    let written = ''
    writeFolded(new Map(stacks.map(([frames, faults]) => [frames.join(FRAME_END), faults])), (piece) => {
      written += piece
    })
    return written
  }

  it('are a line each, most faults first, and harmless', () => {
    expect(
      folded([
        [['a', 'b'], 1],
        [['a', '\x1b[31m'], 7],
        [['a', 'c'], 7],
        [['#a', 'operator new(unsigned long)', 'Ljava/lang/String;::hash', 'f\n12', '\xff', '\xc3\xa9'], 9],
      ]),
    ).toBe(
      '\\x23a;operator new(unsigned long);Ljava/lang/String:::hash;f\\x0a12;\\xff;é 9\na;\\x1b[31m 7\na;c 7\na;b 1\n',
    )
  })

  it('are read back frame by frame whatever the names', () => {
    const name = fc.string({
      unit: fc.constantFrom(...'a;: \n\r\t\x85\xa0\xff12#[]()'),
      minLength: 1,
      maxLength: 12,
    })
    const stack = fc.tuple(fc.array(name, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 1e6 }))
    fc.assert(
      fc.property(stack, ([frames, faults]) => {
        const text = folded([[[...frames, '[first-touch]'], faults]])
        expect(text.match(/\n/g)).toHaveLength(1)
        // The grammars of flamegraph.pl and of speedscope.
        for (const grammar of [/^(.*)\s+?(\d+(?:\.\d*)?)\n$/, /^(.*) (\d+)\n$/]) {
          const [, stackText = '', count] = grammar.exec(text) ?? []
          expect(stackText.split(';')).toHaveLength(frames.length + 1)
          expect(stackText.endsWith(';[first-touch]')).toBe(true)
          expect(Number(count)).toBe(faults)
        }
      }),
    )
  })
})

describe('sparkline', () => {
  it('goes from nothing to the largest', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7, 8], 80)).toBe('▁▁▂▃▄▅▆▇█')
    expect(sparkline([0, 0], 80)).toBe('▁▁')
    expect(sparkline([], 80)).toBe('')
    expect(sparkline([1, Number.NaN, 2], 80)).toBe('▄ █')
  })

  it('loses no peak where there are fewer columns than values', () => {
    const values = Array.from({ length: 1000 }, (_, index) => (index === 617 ? 100 : 1))
    const line = sparkline(values, 20)
    expect(line).toHaveLength(20)
    expect(line.match(/█/g)).toHaveLength(1)
    expect(sparkline([Number.NaN, Number.NaN, 1], 1)).toBe('█')
    expect(sparkline([1, 2], 0)).toBe('')
  })
})

describe('words', () => {
  const CAUSES: readonly PerfCause[] = [
    'not-wanted',
    'not-installed',
    'wrapper',
    'too-old',
    'forbidden',
    'paranoid',
    'no-perf-events',
    'no-supported-event',
    'unknown-event',
    'tracefs',
    'no-libtraceevent',
    'too-many-files',
    'refused',
    'mlock',
    'no-such-process',
    'no-output',
    'no-program',
    'unknown-flag',
    'mixed-up',
    'killed',
    'no-answer',
    'not-perf',
    'other',
  ]

  it.each(CAUSES)('say why there is no perf: %s', (cause) => {
    const bare = perfFailureText({ cause, event: null, detail: null, paranoid: null, packages: [] })
    expect(bare.message).toMatch(/^[a-z][^\n]+[^.]$/)
    const full = perfFailureText({
      cause,
      event: 'cycles',
      detail: '\x1b[1m',
      paranoid: 4,
      packages: ['linux-tools-6.8'],
    })
    expect(`${full.message}${full.hint}`).not.toMatch(/\p{Cc}/u)
  })

  it('name what to do', () => {
    const hint = (cause: PerfCause, packages: readonly string[] = []): string | null =>
      perfFailureText({ cause, event: null, detail: null, paranoid: 4, packages }).hint
    expect(hint('forbidden')).toContain('--cap-add PERFMON')
    expect(hint('paranoid')).toContain('kernel.perf_event_paranoid to 1')
    expect(hint('wrapper', ['linux-tools-6.8.0'])).toContain('install linux-tools-6.8.0')
  })

  it('of notes that need the root, the kernel or a person', () => {
    const sampled = (period: number, counted: number | null): string =>
      noteText({ code: 'sampled', period, faults: 25_225, counted })
    expect(sampled(101, null)).toMatch(/^every 101st fault of each thread was recorded; pages/)
    expect(sampled(12, 0)).toContain('12th')
    expect(sampled(1009, 54_179)).toContain('the samples stand for 25,225 of 54,179 faults (47 %)')
    expect(noteText({ code: 'user-mode-only', paranoid: null, events: [] })).toContain('kernel.perf_event_paranoid;')
    expect(noteText({ code: 'user-mode-only', paranoid: 2, events: ['context-switches'] })).toContain(
      'user mode only, so that context-switches is unknown:',
    )
    expect(noteText({ code: 'multiplexed', events: ['cycles'], percent: 0.3 })).toContain('0.3 %')
    expect(noteText({ code: 'dropped-cache', drop: { files: 3, bytes: 4096, kept: 0 } })).toBe(
      'dropped 4.0 KiB of page cache of 3 of the program’s own files',
    )
    expect(noteText({ code: 'dropped-cache', drop: { files: 3, bytes: 4096, kept: 2 } })).toContain('2 kept theirs')
    const codes = ['lost-at-exec', 'existing-children'] as const
    for (const code of codes) expect(noteText({ code })).not.toBe('')
    expect(noteText({ code: 'unread-lines', lines: 1 })).toContain('1 line of')
    expect(noteText({ code: 'unread-lines', lines: 12 })).toContain('12 lines of')
    expect(noteText({ code: 'hypervisor-zero', events: ['cycles'] })).toContain('cycles')
    expect(noteText({ code: 'hybrid-sum', events: ['cycles'] })).toContain('each kind of core')
    expect(noteText({ code: 'lost-records', lost: 632, samples: 1000 })).toContain('632 records were lost')
  })

  it('of reasons, differences and caveats', () => {
    const failure = { cause: 'not-installed', event: null, detail: null, paranoid: null, packages: [] } as const
    expect(reasonText('no-perf', failure)).toBe('perf is not installed')
    expect(reasonText('no-perf' satisfies UnknownReason)).toBe('perf did not count')
    expect(differenceText('unreaped').label).toContain('unreaped')
    for (const reason of ['tracefs', 'no-libtraceevent', 'refused'] as const) expect(reasonText(reason)).not.toBe('')
    expect(caveatText('loads-and-stores')).toBe('loads and stores together')
  })

  it('of figures', () => {
    expect([0.41, 0.003, 0.0001, 0, null].map(formatShare)).toEqual(['41 %', '0.3 %', '<0.1 %', '0.0 %', '–'])
    expect([855, 26.3, 4.123, 12_345.6, null].map(formatRatio)).toEqual(['855', '26.3', '4.12', '12,346', '–'])
    expect([300, 1000, 2900, 100_000].map(formatCost)).toEqual(['300 ns', '1.0 µs', '2.9 µs', '100 µs'])
  })
})
