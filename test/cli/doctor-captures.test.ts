import { describe, expect, test } from 'vitest'
import Doctor from '../../src/commands/doctor.ts'
import { runCommand } from '../helpers/run-command.ts'

const RULES = ['fork-copies', 'thp-unused', 'tlb-reach', 'thp-bloat', 'hugetlb-expected', 'relocated-libraries']
const MIB = 2 ** 20

interface Found {
  readonly rule: string
  readonly severity: string
  readonly evidence: readonly { readonly what: string; readonly value: number | string }[]
}

/** What these rules say of a captured process: the findings by rule, and the rules that could not be checked. */
async function judged(capture: string) {
  const path = `test/fixtures/captures/${capture}.mmapcap`
  const { stdout } = await runCommand(Doctor, [path, '--json', '--rules', RULES.join()])
  const [process] = JSON.parse(stdout).processes as {
    readonly findings: readonly Found[]
    readonly notChecked: readonly { readonly rule: string }[]
  }[]
  return {
    findings: new Map((process?.findings ?? []).map((found) => [found.rule, found])),
    notChecked: (process?.notChecked ?? []).map(({ rule }) => rule),
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
    expect([...findings.keys()].sort()).toEqual(['thp-unused', 'tlb-reach'])
    expect([...findings.values()].map(({ severity }) => severity)).toEqual(['info', 'info'])
    expect(figure(findings.get('thp-unused'), 'why')).toContain('nobody has asked')
  })

  test('is content with one that was started with -XX:+UseTransparentHugePages', async () => {
    expect((await judged('java-huge-pages')).findings.size).toBe(0)
  })
})
