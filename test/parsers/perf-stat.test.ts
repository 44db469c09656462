import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CounterRow } from '../../src/model/faults.ts'
import { ParseError } from '../../src/parsers/parse-error.ts'
import { parsePerfStat } from '../../src/parsers/perf-stat.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { bytes } from './support.ts'

const FOLDER = new URL('../fixtures/perf/stat/', import.meta.url)
/** Not a table of counters: perf refused the command line. */
const REFUSED = ['perf-stat-6.1-x-modifiers.csv', 'perf-stat-6.1-x-perthread.csv']

/** A recorded table without what was added to it. */
function sample(name: string): string {
  return fixtureText(`perf/stat/${name}`).replace(/^\[exit \d+\]\n/m, '')
}

function separatorOf(text: string): string {
  return text.includes(';') ? ';' : text.includes('\t') ? '\t' : ','
}

function rowsOf(text: string): readonly CounterRow[] {
  return parsePerfStat(bytes(text), separatorOf(text))
}

function line(text: string): CounterRow {
  const [row] = parsePerfStat(bytes(`${text}\n`))
  if (row === undefined) throw new Error(`no row in ${text}`)
  return row
}

const TABLES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.csv') && !REFUSED.includes(name))
  .sort()

describe('perf stat -x', () => {
  it.each(TABLES)('reads every counter of %s', (name) => {
    const text = sample(name)
    const printed = text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))
    const rows = rowsOf(text)
    expect(rows).toHaveLength(printed.length)
    for (const [index, row] of rows.entries()) {
      expect(row.event).toMatch(/^[A-Za-z][\w-]*(?::\w+)?$/)
      const known = /(?:^|[,;\t])<not/.test(printed[index] ?? '') === false
      expect(row.value !== null).toBe(known)
      expect(row.reason === null).toBe(known)
    }
  })

  it('has enough samples', () => {
    expect(TABLES.length).toBeGreaterThan(60)
  })

  it.each(['4.15', '5.10', '5.15', '6.1', '6.8', '6.12', '7.2'])(
    'finds the same faults whatever the release: %s',
    (version) => {
      const name = version === '6.1' ? 'perf-stat-6.1-x.csv' : `versions/perf-stat-${version}-x.csv`
      const [faults, , major, loads] = rowsOf(sample(name))
      expect(faults).toMatchObject({ event: 'page-faults', modifiers: '', pmu: null, unit: '', state: 'counted' })
      expect([1050, 1051]).toContain(faults?.value)
      expect(major).toMatchObject({ event: 'major-faults', value: 0, state: 'counted' })
      expect(loads).toMatchObject({ event: 'dTLB-loads', value: null, state: 'not-supported', reason: 'not-supported' })
      expect(loads?.percentRunning).toBe(null)
    },
  )

  it('keeps modifiers apart from the name', () => {
    const rows = rowsOf(sample('versions/perf-stat-7.2-x-modifiers.csv'))
    expect(rows.map(({ event, modifiers }) => `${event}|${modifiers}`)).toEqual([
      'page-faults|u',
      'page-faults|k',
      'dTLB-loads|u',
      'instructions|u',
      'page-faults|uk',
    ])
  })

  it('knows an event that was never counted', () => {
    const [faults] = rowsOf(sample('versions/perf-stat-7.2-x-group.csv'))
    expect(faults).toMatchObject({ value: null, state: 'not-counted', reason: 'not-counted' })
  })

  it('reads what -I, --summary, -A, --per-socket and --per-thread put in front', () => {
    const intervals = rowsOf(sample('perf-stat-6.1-x-interval-summary.csv')).map(({ interval }) => interval)
    expect(intervals).toEqual([
      0.100149229,
      0.100149229,
      0.204201193,
      0.204201193,
      0.251501935,
      0.251501935,
      'summary',
      'summary',
    ])
    expect(rowsOf(sample('versions/perf-stat-6.8-x-aA.csv'))[0]).toMatchObject({
      aggregate: 'CPU0',
      event: 'page-faults',
      value: 1053,
    })
    expect(rowsOf(sample('perf-stat-6.1-x-percore.csv'))[0]).toMatchObject({ aggregate: 'S0', value: 1231 })
    expect(rowsOf(sample('perf-stat-6.1-x-perthread-p.csv'))[0]).toMatchObject({ aggregate: 'thr-16295', value: 1511 })
    expect(line('0.100;CPU1;76;;page-faults;1;100.00;;')).toMatchObject({ interval: 0.1, aggregate: 'CPU1', value: 76 })
  })

  it('reads run times behind the deviation of -r', () => {
    const [faults] = rowsOf(sample('versions/perf-stat-4.15-x-r3.csv'))
    expect(faults).toMatchObject({ value: 1050, runNs: 3597087, percentRunning: 100 })
  })

  it('reads a comma as decimal mark', () => {
    const lines = fixtureText('perf/stat/perf-stat-locale.txt').match(/^[^ #{}\n]*;.*$/gm) ?? []
    expect(lines).toHaveLength(28)
    for (const text of lines) {
      const row = line(text)
      if (row.event === 'page-faults') expect([10049, 10050, 10051, 10053]).toContain(row.value)
      else expect(row.value).toBeGreaterThan(20)
      expect(row.percentRunning).toBe(100)
    }
  })

  it('reads both PMUs of a hybrid CPU, and the share of time that perf rounded to nothing', () => {
    const text = fixtureText('perf/stat/perf-stat-hw-public-examples.txt')
    const hybrid = text.split('\n').filter((each) => /cpu_atom|cpu_core|^62,/.test(each) && /^\d+,/.test(each))
    const rows = rowsOf(`${hybrid.join('\n')}\n`)
    const atom = rows.find(({ pmu, event }) => pmu === 'cpu_atom' && event === 'dTLB-load-misses')
    expect(atom).toMatchObject({ value: 100166, state: 'scaled', modifiers: '' })
    expect(atom?.percentRunning).toBeCloseTo(0.3045, 3)
    const core = rows.find(({ pmu, event }) => pmu === 'cpu_core' && event === 'dTLB-load-misses')
    expect(core?.percentRunning).toBeCloseTo(99.695, 2)
  })

  it('reads the five columns of 4.4 and the interval of a multiplexed run', () => {
    expect(line('40;;page-faults;327422;100.00')).toMatchObject({ value: 40, percentRunning: 100 })
    expect(line('1.001054218;9873214;;dTLB-load-misses;581350815;58.11;;')).toMatchObject({
      interval: 1.001054218,
      state: 'scaled',
      percentRunning: 58.11,
    })
  })

  it.each([
    ['cpu_core/cycles/u', { pmu: 'cpu_core', event: 'cycles', modifiers: 'u' }],
    ['armv8_pmuv3_0/instructions:u/', { pmu: 'armv8_pmuv3_0', event: 'instructions', modifiers: 'u' }],
    ['cpu_atom/dTLB-load-misses/', { pmu: 'cpu_atom', event: 'dTLB-load-misses', modifiers: '' }],
    ['page-faults [software]', { pmu: null, event: 'page-faults', modifiers: '' }],
    ['exceptions:page_fault_user', { pmu: null, event: 'exceptions:page_fault_user', modifiers: '' }],
    ['exceptions:page_fault_user:u', { pmu: null, event: 'exceptions:page_fault_user', modifiers: 'u' }],
  ])('takes %s apart', (name, expected) => {
    expect(line(`7;;${name};1;100.00;;`)).toMatchObject(expected)
  })

  it('leaves metrics without an event out', () => {
    expect(parsePerfStat(bytes('7;;cycles;1;100.00;;\n;;;;;0.5;CPUs utilized\n'))).toHaveLength(1)
  })

  it.each([
    ['half a line', '1051;;page-fau'],
    ['no value', 'abc;;page-faults;1;100.00\n'],
    ['no event', '1051;;;1;100.00;;\n'],
    ['a garbled run time', '1051;;page-faults;x;100.00;;\n'],
    ['a garbled share of time', '1051;;page-faults;1;x;;\n'],
    ['words', 'perf: something else\n'],
    ['a separator that is the decimal mark', '30.12.msec.task-clock.1.100.00\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => parsePerfStat(bytes(text))).toThrow(ParseError)
  })

  it('gives back what was printed, in any locale', () => {
    const row = fc.record({
      value: fc.nat(),
      decimals: fc.boolean(),
      comma: fc.boolean(),
      event: fc.constantFrom('page-faults', 'dTLB-load-misses:u', 'cpu_core/cycles/', 'exceptions:page_fault_user'),
      runNs: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), (printed) => {
        const text = printed.map(({ value, decimals, comma, event, runNs }) => {
          const mark = comma ? ',' : '.'
          return `${value}${decimals ? `${mark}50` : ''};;${event};${runNs};100${mark}00;0${mark}1;M/sec\n`
        })
        const rows = parsePerfStat(bytes(text.join('')))
        expect(rows.map(({ value, runNs }) => [value, runNs])).toEqual(
          printed.map(({ value, decimals, runNs }) => [decimals ? value + 0.5 : value, runNs]),
        )
      }),
    )
  })

  it('either reads a text or refuses it with its own error', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'09;,.%<>not suported counted\n#:/au-') }), (text) => {
        try {
          for (const { value } of parsePerfStat(bytes(text)))
            expect(value === null || Number.isFinite(value)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(ParseError)
        }
      }),
    )
  })
})
