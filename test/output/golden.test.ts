import { describe, expect, it } from 'vitest'
import type { MapsQuestion } from '../../src/analysis/maps-report.ts'
import { jsonFieldName } from '../../src/model/field-names.ts'
import { csvColumns, writeMapsCsv } from '../../src/output/maps-csv.ts'
import { writeMapsJson } from '../../src/output/maps-json.ts'
import { type TextOptions, writeMapsText } from '../../src/output/maps-text.ts'
import { createPalette } from '../../src/output/palette.ts'
import { fixtureText } from '../helpers/fixtures.ts'
import { type SampleOptions, sampleReport } from '../helpers/reports.ts'

const PLAIN: TextOptions = {
  palette: createPalette(false),
  bytes: false,
  width: null,
  columns: null,
  header: true,
  quiet: false,
  titled: false,
  grouped: false,
  rollup: true,
  flags: false,
}

/** How a report is asked for and shown. */
interface View extends SampleOptions {
  readonly question?: Partial<MapsQuestion>
  readonly text?: Partial<TextOptions>
}

function shown(sample: string, view: View = {}): string {
  const question = { coalesce: true, ...view.question }
  let text = ''
  writeMapsText(sampleReport(sample, question, view), { ...PLAIN, ...view.text }, (piece) => {
    text += piece
  })
  return text
}

function golden(name: string): string {
  return `../golden/${name}.txt`
}

const SAMPLES = ['java', 'node20', 'kinds', 'names', 'hugetlb']
const WIDTHS = [80, 120, null]

describe('what people see', () => {
  for (const sample of SAMPLES) {
    for (const width of WIDTHS) {
      it(`of ${sample} ${width === null ? 'in a pipe' : `on ${width} columns`}`, async () => {
        const text = shown(sample, { text: { width } })
        expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
        await expect(text).toMatchFileSnapshot(golden(`${sample}-${width ?? 'pipe'}`))
      })
    }
  }

  it('of a process whose leading thread has exited', async () => {
    const stat = fixtureText('proc/ia32/stat')
    const files: Record<string, string> = { 'task/12802/stat': stat.replace(/^\d+ \(.*\)/, '12802 (thread)') }
    for (const name of ['statm', 'maps', 'smaps']) files[`task/12802/${name}`] = fixtureText(`proc/ia32/${name}`)
    files['task/12802/status'] = fixtureText('proc/ia32/status')
    const text = shown('dead-leader', { process: { files, cmdline: ['./leader', '--wait'] }, text: { width: 100 } })
    await expect(text).toMatchFileSnapshot(golden('dead-leader-100'))
  })

  const VIEWS: Readonly<Record<string, View & { sample: string }>> = {
    'java-by-kind': { sample: 'java', question: { grouping: 'kind' }, text: { grouped: true, width: 100 } },
    'java-by-name': { sample: 'java', question: { grouping: 'name' }, text: { grouped: true, width: 100 } },
    'java-by-path': { sample: 'java', question: { grouping: 'path' }, text: { grouped: true } },
    'names-by-path': { sample: 'names', question: { grouping: 'path' }, text: { grouped: true, width: 100 } },
    'hugetlb-by-perms': { sample: 'hugetlb', question: { grouping: 'perms' }, text: { grouped: true } },
    'names-gaps': { sample: 'names', question: { gaps: true }, text: { rollup: false, quiet: true } },
    'kinds-flags': { sample: 'kinds', question: { coalesce: false }, text: { flags: true, rollup: false, width: 100 } },
    'names-address': { sample: 'names', question: { address: { page: 0x7f60ea650000, low: 0x0 } } },
    'names-address-in-a-gap': { sample: 'names', question: { address: { page: 0x7f60ea80c000, low: 0x0 } } },
    'java-basic': { sample: 'java', basic: true, text: { width: 100 } },
    'java-sorted': {
      sample: 'java',
      question: { order: { by: 'rss', reverse: false }, limit: 10 },
      text: { width: 100 },
    },
    'java-bytes': {
      sample: 'java',
      question: { filter: { kinds: new Set(['heap', 'stack', 'jit']) } },
      text: { bytes: true },
    },
    'java-columns': {
      sample: 'java',
      question: { limit: 12 },
      text: { columns: ['path', 'privateDirty', 'flags', 'evidence'] },
    },
    'java-quiet': { sample: 'java', question: { limit: 12 }, text: { quiet: true, rollup: false, header: false } },
    'java-nothing-matches': { sample: 'java', question: { filter: { kinds: new Set(['sysv']) } } },
  }

  it.each(Object.entries(VIEWS))('when it is asked for as %s', async (name, { sample, ...view }) => {
    await expect(shown(sample, view)).toMatchFileSnapshot(golden(name))
  })
})

describe('what programs get', () => {
  it.each(['names', 'hugetlb'])('of %s as CSV', async (sample) => {
    const report = sampleReport(sample)
    let text = ''
    writeMapsCsv(report, csvColumns(report, null), true, (piece) => {
      text += piece
    })
    await expect(text).toMatchFileSnapshot(`../golden/${sample}.csv.txt`)
  })

  it.each(['names', 'kinds'])('of %s as JSON', async (sample) => {
    let text = ''
    const report = sampleReport(sample, { gaps: true, limit: 40, address: null })
    writeMapsJson(report, { name: 'mmapctl', version: '0.0.0' }, (piece) => {
      text += piece
    })
    expect(JSON.parse(text).mappings).toHaveLength(40)
    expect(Object.keys(JSON.parse(text).mappings[0])).toContain(jsonFieldName('Private_Dirty'))
    await expect(text).toMatchFileSnapshot(`../golden/${sample}.json.txt`)
  })
})
