import { describe, expect, it } from 'vitest'
import type { PsGrouping } from '../../src/analysis/ps/groups.ts'
import { chooseColumns } from '../../src/cli/ps-columns.ts'
import type { ProcessFacts, WalkGap } from '../../src/collectors/process-facts.ts'
import type { ProcessSurvey } from '../../src/collectors/process-survey.ts'
import { createPalette } from '../../src/output/palette.ts'
import { writePsCsv } from '../../src/output/ps-csv.ts'
import { writePsJson, writePsNdjson } from '../../src/output/ps-json.ts'
import { type PsTextOptions, writePsText } from '../../src/output/ps-text.ts'
import { displayWidth } from '../../src/output/width.ts'
import { captured, reportOn } from '../helpers/process-lists.ts'

const READ = captured()
const PLAIN: PsTextOptions = {
  palette: createPalette(false),
  bytes: false,
  header: true,
  quiet: false,
  named: false,
  width: null,
}

/** How a list is asked for and shown. */
interface View {
  readonly read?: ProcessSurvey
  readonly grouping?: PsGrouping
  readonly columns?: readonly string[]
  readonly sort?: string
  readonly basic?: boolean
  readonly limit?: number
  readonly whole?: boolean
  readonly text?: Partial<PsTextOptions>
}

function reportOf({ read = READ, grouping, columns, sort, basic = false, limit, whole = true }: View, text = true) {
  const chosen = chooseColumns({ columns, sort, basic, grouping: grouping ?? null, text })
  const { fields, groupColumns, by } = chosen
  return reportOn(read, { fields, groupColumns, by, grouping: grouping ?? null, limit: limit ?? null, whole })
}

function shown(view: View): string {
  let text = ''
  const options = { ...PLAIN, named: view.columns !== undefined, ...view.text }
  writePsText(reportOf(view), options, (piece) => {
    text += piece
  })
  return text
}

function collected(write: (write: (text: string) => void) => void): string {
  let text = ''
  write((piece) => {
    text += piece
  })
  return text
}

/** The services with some processes that cannot be walked, on a host with swap, kernel threads and zombies. */
function troubled(): ProcessSurvey {
  const gaps: Readonly<Record<number, WalkGap>> = {
    42: { why: 'too-costly', stallMs: 163 },
    75: { why: 'denied' },
    1: { why: 'denied' },
  }
  const change = (row: ProcessFacts): ProcessFacts => {
    const gap = gaps[row.pid]
    if (gap !== undefined) return { ...row, walk: { source: null, figures: null, gap } }
    if (row.pid !== 2 || row.walk.figures === null) return row
    const vmSwap = 300 * 2 ** 20
    const status = { ...row.status, sizes: { ...row.status.sizes, vmSwap, hugetlbPages: 2 ** 22 } }
    return { ...row, status, walk: { ...row.walk, figures: { ...row.walk.figures, swap: vmSwap, swapPss: vmSwap } } }
  }
  const { list, meminfo } = READ
  return {
    ...READ,
    list: {
      ...list,
      processes: list.processes.map(change),
      none: { ...list.none, 'kernel-thread': 98, zombie: 1, vanished: 3 },
    },
    meminfo: meminfo === null ? null : { ...meminfo, swapTotal: 2 ** 31, swapFree: 1.5 * 2 ** 30, hugetlb: 2 ** 25 },
  }
}

const golden = (name: string): string => `../golden/ps-${name}.txt`

describe('what people see', () => {
  it.each([200, 120, 80, 60])('on %i columns, and no line is longer', async (width) => {
    const text = shown({ text: { width }, limit: 12 })
    // Sentences wrap by themselves; what stands in columns must not.
    const lines = text.split('\n').filter((line) => !/^(?:not all|left out|≤|\d+ of|read )/.test(line))
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width)
    await expect(text).toMatchFileSnapshot(golden(String(width)))
  })

  const VIEWS: Readonly<Record<string, View>> = {
    pipe: {},
    'by-name': { grouping: 'name', text: { width: 100 } },
    'by-user': { grouping: 'user' },
    troubled: { read: troubled(), text: { width: 120 } },
    'troubled-by-user': { read: troubled(), grouping: 'user', text: { width: 120 } },
    basic: { basic: true, text: { width: 100 }, limit: 5 },
    columns: { columns: ['pid', 'rss', 'majflt', 'age', 'oomscore', 'cgroup', 'name'], sort: 'minflt', limit: 6 },
    quiet: { limit: 4, text: { quiet: true, header: false } },
    bytes: { limit: 4, text: { bytes: true } },
    selected: { whole: false, limit: 4, text: { width: 100 } },
  }
  it.each(Object.entries(VIEWS))('when it is asked for as %s', async (name, view) => {
    await expect(shown(view)).toMatchFileSnapshot(golden(name))
  })

  it('nothing that a name or a command line holds reaches the terminal raw', () => {
    const evil = '\x1b]0;x\x07\r\n\u009b31m\xff'
    const processes = READ.list.processes.map((row) => ({
      ...row,
      user: evil,
      cgroup: `/${evil}`,
      cmdline: [`/bin/${evil}`, evil],
      status: { ...row.status, name: evil },
    }))
    const read = { ...READ, list: { ...READ.list, processes } }
    for (const view of [{}, { text: { width: 100 } }, { columns: ['pid', 'cgroup', 'name', 'command'] }]) {
      expect(shown({ read, ...view }).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
    for (const grouping of ['name', 'user', 'cgroup'] as const) {
      expect(shown({ read, grouping }).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
    const csv = collected((write) => writePsCsv(reportOf({ read }, false), true, write))
    expect(csv.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  it('a program is called by its base name where there is little room, and by its path where there is enough', () => {
    const postgres = /postgres -D \/srv\/shop\/pg/
    expect(shown({ text: { width: 120 } })).toMatch(new RegExp(` ${postgres.source}`))
    expect(shown({})).toMatch(new RegExp(` /usr/lib/postgresql/15/bin/${postgres.source}`))
  })
})

describe('what programs get', () => {
  it('as JSON', async () => {
    const json = collected((write) =>
      writePsJson(reportOf({ read: troubled(), limit: 3 }, false), [], { name: 'mmapctl', version: '0.0.0' }, write),
    )
    const document = JSON.parse(json)
    expect(document.processes).toHaveLength(3)
    expect(document.totals.processes).toBe(18)
    expect(document.totals.sums.pss).toBeNull()
    expect(document.totals.atLeast.pss).toBeGreaterThan(100 * 2 ** 20)
    const java = document.processes.find((each: { comm: string }) => each.comm === 'java')
    expect(java).toMatchObject({ pss: null, unavailable: { pss: expect.stringContaining('--max-stall') } })
    await expect(json).toMatchFileSnapshot(golden('json'))
  })

  it('as JSON, of groups', () => {
    const write = (view: View) =>
      JSON.parse(collected((out) => writePsJson(reportOf(view, false), [], { name: 'mmapctl', version: '0.0.0' }, out)))
    const { groups, processes, groupBy } = write({ grouping: 'name' })
    expect(groupBy).toBe('name')
    expect(processes).toHaveLength(18)
    const postgres = groups.find((group: { key: string }) => group.key === 'postgres')
    expect(postgres.pids).toHaveLength(9)
    expect(postgres.sums.rss).toBeNull()
    expect(postgres.atMost.rss).toBeGreaterThan(postgres.sums.pss)
    const sum = groups.reduce((total: number, group: { sums: { pss: number } }) => total + group.sums.pss, 0)
    expect(sum).toBe(write({}).totals.sums.pss)
  })

  it('as a JSON object a line, of processes and of groups', () => {
    const lines = (view: View) =>
      collected((write) => writePsNdjson(reportOf(view, false), write))
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
    expect(lines({}).map((row) => row.pid)).toEqual(reportOf({}).processes.map((row) => row.pid))
    expect(lines({ grouping: 'user' }).map((row) => row.key)).toEqual(['root', 'nobody'])
  })

  it('as CSV', async () => {
    const csv = collected((write) => writePsCsv(reportOf({ read: troubled(), limit: 6 }, false), true, write))
    await expect(csv).toMatchFileSnapshot(golden('csv'))
  })

  it('as CSV of groups, in which a bound says that it is one', () => {
    const view: View = { grouping: 'name', columns: ['processes', 'pss', 'rss', 'name'] }
    const [head, ...rows] = collected((write) => writePsCsv(reportOf(view, false), true, write)).split('\n')
    expect(head).toBe('processes,pss,rss_max,name')
    expect(rows[2]).toMatch(/^9,\d+,\d+,postgres$/)
  })

  it('the bytes of a name that is not UTF-8', () => {
    const processes = READ.list.processes.map((row) => ({ ...row, status: { ...row.status, name: 'a\xff' } }))
    const read = { ...READ, list: { ...READ.list, processes } }
    const [line = ''] = collected((write) => writePsNdjson(reportOf({ read, columns: ['name'] }), write)).split('\n')
    expect(JSON.parse(line)).toMatchObject({ comm: 'a\\xff', commHex: '61ff' })
  })
})
