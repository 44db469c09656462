import { describe, expect, test } from 'vitest'
import type { SelfReport } from '../../src/analysis/abilities.ts'
import { ABILITY_IDS, type Ability, type ReaderFacts } from '../../src/model/ability.ts'
import { createPalette } from '../../src/output/palette.ts'
import { writeSelfMarkdown } from '../../src/output/self-markdown.ts'
import { writeSelf } from '../../src/output/self-text.ts'
import { ABILITIES } from '../../src/reference/abilities.ts'
import { sampleReport } from '../helpers/reports.ts'

const READER: ReaderFacts = {
  uid: 1000,
  gid: 100,
  capabilities: { effective: 0n, bounding: 0n },
  container: [],
  seccomp: 'filter',
  noNewPrivileges: true,
}

const MISSING: Readonly<Partial<Record<string, Pick<Ability, 'state' | 'found'>>>> = {
  'foreign-smaps': { state: 'refused', found: '/proc/1/smaps: EACCES' },
  'hardware-events': { state: 'absent', found: 'this machine does not count cycles' },
  'error-codes': { state: 'untried', found: 'there is no perf | <b>' },
}

/** A report in which nothing is missing but these. */
function report(container: readonly string[] = []): SelfReport {
  const abilities = ABILITY_IDS.map((id): Ability => ({ id, state: 'works', found: 'tried', ...MISSING[id] }))
  return { host: sampleReport('java').host, reader: { ...READER, container }, abilities }
}

function text(of: SelfReport, width: number | null, quiet = false): string {
  let written = ''
  writeSelf(of, { palette: createPalette(false), width, quiet }, (piece) => {
    written += piece
  })
  return written
}

describe('doctor --self for people', () => {
  test.each([
    ['self-80', 80],
    ['self-60', 60],
    ['self-pipe', null],
  ] as const)('%s', async (name, width) => {
    const written = text(report(), width)
    await expect(written).toMatchFileSnapshot(`../golden/doctor/${name}.txt`)
    const long = written.split('\n').filter((line) => width !== null && line.length > width)
    // A command that is to be copied stands in one piece.
    expect(long.filter((line) => !line.includes(' sudo '))).toEqual([])
  })

  test('quiet is what is missing, with ways to have it that exist where it runs', () => {
    const plain = text(report(), 80, true)
    expect(plain).not.toMatch(/^works/m)
    expect(plain).not.toMatch(/docker|Kubernetes/)
    expect(text(report(['/.dockerenv']), null, true)).toContain('docker run: --cap-add SYS_PTRACE --pid=host')
    const pod = text(report(['/.dockerenv', 'KUBERNETES_SERVICE_HOST']), null, true)
    expect(pod).toContain('Kubernetes: hostPID: true')
    expect(pod).not.toContain('docker run')
  })

  test('Markdown is a table, and what is missing below it', () => {
    let written = ''
    writeSelfMarkdown(report(), (piece) => {
      written += piece
    })
    expect(written).toContain(
      '| **refused** | smaps of other users’ processes (`foreign-smaps`) | /proc/1/smaps: EACCES |',
    )
    expect(written).toContain('| **not tried** |')
    expect(written).toContain('there is no perf \\| &lt;b&gt; |')
    expect(written.match(/^### /gm)).toHaveLength(3)
  })
})

test('every ability says what its absence costs, and how to have it', () => {
  const mute = Object.entries(ABILITIES).filter(
    ([id, { costs, grants }]) => !/^[A-Za-z].*\.$/.test(costs) || (grants.length === 0 && id !== 'terminal'),
  )
  expect(mute).toEqual([])
})
