import { describe, expect, test } from 'vitest'
import { diagnosed } from '../../helpers/diagnosed.ts'
import { FakeProc } from '../../helpers/fake-proc.ts'
import { fixtureText } from '../../helpers/fixtures.ts'
import { Moment } from '../../helpers/moment.ts'

/** What a rule comes to for the host as it was recorded. */
function judged(rule: string, name: string) {
  using moment = new Moment(name)
  return diagnosed(rule, moment.trees)
}

/** What it comes to for what happened between two recorded moments. */
function judgedBetween(rule: string, first: string, second: string) {
  using before = new Moment(first)
  using after = new Moment(second)
  return diagnosed(rule, after.trees, null, { before: before.before(after) })
}

describe('rules on recorded hosts', () => {
  test('next-oom-victim: 6 % of RAM and swap is left, not 12 %', () => {
    expect(judged('next-oom-victim', 'nearly-gone')).toMatchObject({
      severity: 'high',
      summary: expect.stringMatching(/larger \(\d+\) is killed first/),
      evidence: [{ value: expect.toSatisfy((percent) => percent > 6 && percent < 7) }, {}, {}, {}, {}],
    })
    expect(judged('next-oom-victim', 'nearly-out')).toBe('clear')
  })

  test('memory-stall: tasks wait for swap 31 % of the time, not 4 %', () => {
    expect(judged('memory-stall', 'stalled')).toMatchObject({
      severity: 'high',
      evidence: [
        { what: 'some avg10', value: 30.63 },
        { what: 'full avg10', value: 28.2 },
      ],
    })
    expect(judged('memory-stall', 'nearly-out')).toBe('clear')
  })

  test.each([
    ['boxed', 'the memory of their cgroup, while the host has plenty'],
    ['stalled', 'swap, of which there is enough'],
  ])('next-oom-victim: not in %s, where tasks wait for %s', (name) => {
    expect(judged('memory-stall', name)).toMatchObject({ severity: 'high' })
    expect(judged('next-oom-victim', name)).toBe('clear')
  })

  test('oom-protection: a process that is never killed has most of the memory, not one that is only unlikely to be', () => {
    expect(judged('oom-protection', 'spared')).toMatchObject({
      severity: 'low',
      summary: expect.stringContaining('first of all spared'),
    })
    expect(judged('oom-protection', 'killable')).toBe('clear')
  })

  test('ksm-cost: 4999 pages were compared for nothing, not while 199 of 1200 were saved', () => {
    expect(judged('ksm-cost', 'ksm-loss')).toMatchObject({
      severity: 'info',
      summary: 'KSM takes more memory than it saves',
      evidence: [{ value: 1000 }, { value: 0 }, { value: 3999 }],
    })
    expect(judged('ksm-cost', 'ksm-worth')).toBe('clear')
  })

  test('numa-hint-faults: 45,000 a second of two threads on 400 MiB, not 7,000', () => {
    const finding = judgedBetween('numa-hint-faults', 'hint-faults-1', 'hint-faults-2')
    expect(finding).toMatchObject({ severity: 'low', evidence: [{ what: 'hint faults' }, {}] })
    expect(judgedBetween('numa-hint-faults', 'hint-faults-2', 'hint-faults-3')).toBe('clear')
  })

  test('tlb-shootdowns: not 1,700 a second', () => {
    expect(judgedBetween('tlb-shootdowns', 'flushes-1', 'flushes-2')).toBe('clear')
  })

  test('mapping-count: 60,000 mappings where 65,530 may be, not where twice as many may', () => {
    const maps = fixtureText('proc/many-vmas/maps.gz')
    const host = (limit: number) => {
      using proc = new FakeProc()
      proc.write('sys/vm/max_map_count', `${limit}\n`)
      proc.add(100, { files: { maps, smaps: null } })
      return diagnosed('mapping-count', proc.trees(), 100)
    }
    expect(host(65_530)).toMatchObject({ severity: 'high', evidence: [{ value: 60_024 }, { value: 65_530 }, {}] })
    expect(host(131_060)).toBe('clear')
  })
})
