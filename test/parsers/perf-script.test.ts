import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FaultSample, TraceEvent } from '../../src/model/fault-trace.ts'
import { PerfScriptParser } from '../../src/parsers/perf-script.ts'
import { fixtureBytes, fixtureText } from '../helpers/fixtures.ts'
import { bytes } from './support.ts'

interface Outcome {
  readonly events: readonly TraceEvent[]
  readonly unparsed: number
}

function parse(text: Uint8Array, pieces: number[] = []): Outcome {
  const events: TraceEvent[] = []
  const parser = new PerfScriptParser((event) => events.push(event))
  let from = 0
  for (const size of pieces) {
    parser.write(text.subarray(from, from + size))
    from += size
  }
  parser.write(text.subarray(from))
  parser.end()
  return { events, unparsed: parser.unparsed }
}

function only(text: string): TraceEvent {
  const { events, unparsed } = parse(bytes(`${text}\n`))
  expect(unparsed).toBe(0)
  expect(events).toHaveLength(1)
  return events[0] as TraceEvent
}

function samplesOf(events: readonly TraceEvent[]): readonly FaultSample[] {
  return events.filter((event) => event.type === 'sample')
}

const HEAD = '           multi 10072/10072  3868.716798: '
const SAMPLE = `${HEAD}         1 page-faults:     7fba49a9f000 [unknown] (//anon)     5588b6125218 touch_anon+0xf (/srv/bin/multi)`

describe('perf script', () => {
  it('reads a sample', () => {
    expect(only(SAMPLE)).toEqual({
      type: 'sample',
      comm: 'multi',
      pid: 10072,
      tid: 10072,
      time: 3868.716798,
      event: 'page-faults',
      modifiers: '',
      period: 1,
      address: { page: 0x7fba49a9f000, low: 0 },
      ip: '5588b6125218',
      site: { symbol: 'touch_anon', offset: 15, dso: '/srv/bin/multi' },
      stack: [],
      errorCode: null,
      pageSize: null,
    })
  })

  it('reads a mapping, with or without a build-id in place of the inode', () => {
    const text = `${HEAD}PERF_RECORD_MMAP2 10072/10072: [0x7fba49600000(0x3e8000) @ 0x1000 fe:00 2146513 1237903889]: r--s /srv/data.bin`
    const mapping = only(text)
    expect(mapping).toMatchObject({
      type: 'mmap',
      start: 0x7fba49600000,
      end: 0x7fba499e8000,
      pgoff: '1000',
      file: 'fe:00 2146513',
      perms: 'r--s',
      name: '/srv/data.bin',
    })
    expect(only(text.replace('fe:00 2146513 1237903889', '<c843bea38e8b7000>'))).toEqual({ ...mapping, file: null })
    expect(only(`${HEAD}PERF_RECORD_MMAP2 1/1: [0x1000(0x1000) @ 0x1000 00:00 0 0]: rw-p //anon`)).toMatchObject({
      name: '',
      file: null,
    })
  })

  it('reads what becomes of tasks, and losses', () => {
    expect(only(`${HEAD}PERF_RECORD_COMM exec: multi:9718/9718`)).toMatchObject({
      type: 'comm',
      exec: true,
      name: 'multi',
      pid: 9718,
    })
    expect(only(`${HEAD}PERF_RECORD_COMM: a:b 1:9718/9719`)).toMatchObject({ exec: false, name: 'a:b 1', tid: 9719 })
    expect(only(`${HEAD}PERF_RECORD_FORK(9722:9723):(9718:9719)`)).toMatchObject({
      type: 'fork',
      pid: 9722,
      tid: 9723,
      parentPid: 9718,
      parentTid: 9719,
    })
    expect(only(`${HEAD}PERF_RECORD_EXIT(9722:9723):(9718:9718)`)).toMatchObject({ type: 'exit', pid: 9722, tid: 9723 })
    expect(only('loop   8109  5012.794610: PERF_RECORD_LOST lost 632')).toMatchObject({
      type: 'lost',
      lost: 632,
      comm: 'loop',
      pid: 8109,
      tid: 8109,
    })
  })

  it('passes over the kernel’s own text and records that are not about memory', () => {
    const others = [
      `${HEAD}PERF_RECORD_MMAP -1/0: [0xffffffff81000000(0x12090c8) @ 0xffffffff81000000]: x [kernel.kallsyms]_text`,
      `${HEAD}PERF_RECORD_SWITCH OUT`,
      '',
    ]
    expect(parse(bytes(`${others.join('\n')}\n`))).toEqual({ events: [], unparsed: 0 })
  })

  it('reads the error code of the tracepoints, and whose instruction it was', () => {
    const user = only(
      `${HEAD}  exceptions:page_fault_user: address=0x7f2166545b70 ip=0x7f2166545b74 error_code=0x14               0 ffffffff821f2900 exc_page_fault ([kernel.kallsyms])`,
    )
    expect(user).toMatchObject({
      event: 'exceptions:page_fault_user',
      address: { page: 0x7f2166545000, low: 0xb70 },
      ip: '7f2166545b74',
      errorCode: 0x14,
      period: null,
    })
    const kernel = only(
      `${HEAD}exceptions:page_fault_kernel: address=0x55ac894e7080 ip=rep_stos_alternative error_code=0x2               0 ffffffff821f29e1 exc_page_fault ([kernel.kallsyms])`,
    )
    expect(kernel).toMatchObject({
      ip: null,
      errorCode: 2,
      site: { symbol: 'exc_page_fault', dso: '[kernel.kallsyms]' },
    })
  })

  it('reads a stack below a sample, innermost first', () => {
    const { events, unparsed } = parse(
      bytes(
        'multi 28406  5610.095065:            page-faults:     558f4934a080 __TMC_END__ (/srv/multi)\n' +
          '\tffffffff821e8700 rep_stos_alternative ([kernel.kallsyms])\n\t    7ff8516f2ad7 [unknown] ([unknown])\n\n',
      ),
    )
    expect(unparsed).toBe(0)
    const [sample] = samplesOf(events)
    expect(sample?.stack.map(({ symbol, dso }) => [symbol, dso])).toEqual([
      ['rep_stos_alternative', '[kernel.kallsyms]'],
      [null, null],
    ])
    expect(sample?.site).toBe(sample?.stack[0])
  })

  it('keeps addresses above 2^53 exact', () => {
    const sample = only(SAMPLE.replace('    7fba49a9f000', 'fffffffffffff123')) as FaultSample
    expect(BigInt(sample.address.page) + BigInt(sample.address.low)).toBe(0xfffffffffffff123n)
    expect((only(SAMPLE.replace('7fba49a9f000', '         7b0')) as FaultSample).address).toEqual({
      page: 0,
      low: 0x7b0,
    })
  })

  it.each([
    ['with spaces', 'Web Content'],
    ['with parentheses', 'a) (b'],
    ['that looks like the end of a header', 'a 1/2 3.4: b'],
    ['that is a header', ' 1/2 3.000000: '.trim()],
    ['of digits', '123 45.6'],
    ['with a colon', 'kworker/0:1'],
  ])('is not deceived by a task’s name %s', (_what, comm) => {
    const line = SAMPLE.replace('           multi', comm.padStart(16))
    expect(only(line)).toMatchObject({ comm, pid: 10072, tid: 10072, event: 'page-faults' })
  })

  it.each([
    ['/srv/a (b) c', 'touch+0x1'],
    ['/srv/x) 5588b6125218 y', 'touch+0x1'],
    ['/memfd:cache (deleted)', 'operator()(int, char const*)+0x1'],
    ['[vdso]', 'std::vector<int, std::allocator<int> >::push_back(int const&)+0x1'],
    ['/srv/\x1b[31m\xff', 'f(void (*)(int))+0x1'],
  ])('is not deceived by the file %s', (dso, symbol) => {
    const line = SAMPLE.replace('(//anon)', `(${dso})`).replace('touch_anon+0xf (/srv/bin/multi)', `${symbol} (${dso})`)
    const sample = only(line) as FaultSample
    expect(sample.ip).toBe('5588b6125218')
    expect(sample.site).toEqual({ symbol: symbol.slice(0, -4), offset: 1, dso })
  })

  it('reads the size of the page, where it was recorded', () => {
    const size = (end: string): number | null => (only(`${SAMPLE}${end}`) as FaultSample).pageSize
    expect([' 4K', ' 64K', ' 2M', ' 1G', ' N/A', ''].map(size)).toEqual([
      4096,
      65_536,
      2 * 1024 ** 2,
      1024 ** 3,
      null,
      null,
    ])
    expect((only(`${SAMPLE} 2M`) as FaultSample).site.dso).toBe('/srv/bin/multi')
  })

  it('leaves lines out that are none of perf’s, and counts them', () => {
    expect(parse(bytes(`what\n${SAMPLE}\n`))).toMatchObject({ events: [{ type: 'sample' }], unparsed: 1 })
    expect(parse(bytes(`${SAMPLE}\n${HEAD}no event\n${SAMPLE}\n`))).toMatchObject({ unparsed: 1 })
  })

  it('reads samples that lack what was not asked for', () => {
    expect(only('a 1/1 1.000000: page-faults:u:     7fba49a9f000')).toMatchObject({
      modifiers: 'u',
      period: null,
      ip: null,
      site: { symbol: null },
    })
    expect(only('a 1/1 1.000000: page-faults:     7fba49a9f000     5588b6125218')).toMatchObject({
      ip: '5588b6125218',
      site: { dso: null },
    })
    expect(only('a 1/1 1.000000: page-faults:     7fba49a9f000     5588b6125218 f (/x)')).toMatchObject({
      site: { symbol: 'f', offset: null, dso: '/x' },
    })
  })

  it.each([
    'what',
    `${HEAD}page-faults: zzz`,
    `${HEAD}`,
    `${HEAD}no event`,
    `${HEAD}PERF_RECORD_MMAP2 nonsense`,
    `${HEAD}PERF_RECORD_COMM nonsense`,
    `${HEAD}PERF_RECORD_FORK nonsense`,
    `${HEAD}PERF_RECORD_LOST nonsense`,
    '\t  7f f (/x)',
  ])('counts %j as unread', (line) => {
    expect(parse(bytes(`${line}\n`))).toEqual({ events: [], unparsed: 1 })
  })

  it('counts a stack line that is none, and a last line that was cut', () => {
    expect(parse(bytes(`${SAMPLE}\n\tnonsense\n`)).unparsed).toBe(1)
    const cut = parse(bytes(`${SAMPLE}\n${SAMPLE}`))
    expect(cut.unparsed).toBe(1)
    expect(cut.events).toHaveLength(1)
  })

  it('does not grow with a line that never ends', () => {
    const parser = new PerfScriptParser(() => {})
    for (let index = 0; index < 100; index++) parser.write(bytes('x'.repeat(65_000)))
    parser.write(bytes('\n'))
    parser.end()
    expect(parser.unparsed).toBe(1)
  })
})

const RECORDED = ['5.10', '5.15', '6.1', '6.8', '6.12', '7.2'].map(
  (version) => `perf/script/perf-script-${version}-full.txt.gz`,
)

describe('recorded perf script', () => {
  it.each(RECORDED)('%s: every line is read', (path) => {
    const { events, unparsed } = parse(fixtureBytes(path))
    expect(unparsed).toBe(0)
    const samples = samplesOf(events)
    expect(samples.length).toBeGreaterThan(1500)
    expect(samples).toHaveLength(fixtureText(path).match(/ page-faults: /g)?.length ?? 0)
    for (const { period, ip, site } of samples) {
      expect(period).toBe(1)
      expect(ip).toMatch(/^[0-9a-f]+$/)
      expect(site.dso).not.toBe(null)
    }
    expect(events.filter(({ type }) => type === 'mmap').length).toBeGreaterThanOrEqual(102)
  })

  it('4.15 cannot print what is asked for, and gives one line that is none', () => {
    expect(parse(fixtureBytes('perf/script/perf-script-4.15-full.txt'))).toEqual({ events: [], unparsed: 1 })
  })

  it('every tracepoint of one kind of fault after the other has its code', () => {
    const { events, unparsed } = parse(fixtureBytes('perf/script/perf-script-6.1-kinds.txt.gz'))
    expect(unparsed).toBe(0)
    const coded = samplesOf(events).filter(({ errorCode }) => errorCode !== null)
    expect(coded).toHaveLength(1615)
    expect([...new Set(coded.map(({ errorCode }) => errorCode))].sort()).toEqual([20, 4, 6, 7])
  })

  it('stacks of mmap origins are read', () => {
    const { events } = parse(fixtureBytes('perf/script/perf-script-6.1-mmap-origin.txt.gz'))
    const samples = samplesOf(events)
    expect(samples).toHaveLength(1587)
    expect(samples.every(({ stack }) => stack.length > 0)).toBe(true)
  })

  it.each(['hostile-names', 'hostile-names-stacks'])('%s: names with line feeds are whole', (name) => {
    const { events, unparsed } = parse(fixtureBytes(`perf/script/perf-script-6.1-${name}.txt.gz`))
    expect(unparsed).toBe(0)
    const files = events.flatMap((event) => (event.type === 'mmap' ? [event.name] : []))
    expect(files.filter((file) => file.startsWith('/tmp/fr/') && !file.includes('hostile'))).toEqual([
      '/tmp/fr/new\nline\xff',
      '/tmp/fr/two\n\nx (y) 12',
      '/tmp/fr/paren)\nb  7 1.000000: c',
      '/tmp/fr/tail\n',
    ])
    const samples = samplesOf(events)
    expect(samples).toHaveLength(212)
    expect(new Set(samples.map(({ comm }) => comm)).size).toBe(2)
    expect(samples.at(-1)?.comm).toBe('a\nb;c \xff')
    // Two huge pages that the program asked for.
    expect(samples.filter(({ pageSize }) => pageSize === 2 * 1024 ** 2)).toHaveLength(2)
    for (const { site } of samples) expect(site.dso).not.toMatch(/[)\n]/)
    for (const { stack } of samples) expect(stack.map(({ dso }) => dso)).not.toContain(undefined)
  })

  it('comes out alike whatever the pieces', () => {
    const text = fixtureBytes('perf/script/perf-script-7.2-full.txt.gz').subarray(0, 20_000)
    const whole = parse(text)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 40 }), (pieces) => {
        expect(parse(text, pieces)).toEqual(whole)
      }),
      { numRuns: 50 },
    )
  })

  it('gives back every name that perf printed, line feeds and all', () => {
    // Without what would make a line of a name a line of perf's.
    const part = fc.constantFrom(
      'a',
      'B',
      ' ',
      '(',
      ')',
      '\n',
      '\n\n',
      ';',
      '\xff',
      '\x1b[1m',
      '/x',
      '7 ',
      '1.5: ',
      'x: y',
      '\r',
    )
    const file = fc.array(part, { maxLength: 8 }).map((parts) => `/f${parts.join('')}`)
    const comm = fc
      .array(part, { maxLength: 6 })
      .map((parts) => `p${parts.join('').trim().slice(0, 12)}q`)
      .filter((name) => !/\d\s+\d+\.\d+: /.test(name))
    const printed = fc.array(fc.record({ comm, file, mapping: fc.boolean() }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(printed, (records) => {
        const text = records.map(({ comm: name, file: path, mapping }) => {
          const head = `${name.padStart(16)} 10072/10072  3868.716798: `
          return mapping
            ? `${head}PERF_RECORD_MMAP2 10072/10072: [0x1000(0x1000) @ 0 fe:00 7 0]: rw-p ${path}\n`
            : `${head}         1 minor-faults:             1000 [unknown] (${path})             1abc f+0x1 (/srv/bin) 4K\n`
        })
        const first = `${'perf'.padStart(16)}     0/0         0.000000: PERF_RECORD_COMM: perf:1/1\n`
        const { events, unparsed } = parse(bytes(first + text.join('')))
        expect(unparsed).toBe(0)
        const read = events.slice(1).map((event) => [event.comm, event.type === 'mmap' ? event.name : event.type])
        expect(read).toEqual(
          records.map(({ comm: name, file: path, mapping }) => [name.trim(), mapping ? path : 'sample']),
        )
        for (const { ip } of samplesOf(events)) expect(ip).toBe('1abc')
      }),
      { numRuns: 200 },
    )
  })

  it('survives any bytes', () => {
    const pieces = fc.constantFrom(
      HEAD,
      SAMPLE,
      'PERF_RECORD_MMAP2 ',
      '\n',
      '\t',
      ' (',
      ')',
      '0x',
      '1/1 1.0: ',
      'é',
      '\0',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 20 }), (texts) => {
        expect(() => parse(bytes(texts.join('')))).not.toThrow()
      }),
    )
  })
})
