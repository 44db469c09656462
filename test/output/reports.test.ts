import { describe, expect, it } from 'vitest'
import { jsonFieldName } from '../../src/model/field-names.ts'
import { deviceText } from '../../src/model/mapping-table.ts'
import { permsText } from '../../src/model/perms.ts'
import { mappingJson } from '../../src/output/mapping-json.ts'
import { csvColumns, writeMapsCsv } from '../../src/output/maps-csv.ts'
import { writeMapsJson, writeMapsNdjson, writeMapsSetJson } from '../../src/output/maps-json.ts'
import { fixtureText, SAMPLES } from '../helpers/fixtures.ts'
import { sampleReport } from '../helpers/reports.ts'

const TOOL = { name: 'mmapctl', version: '0.0.0' }

/** What a writer writes. */
function written(write: (take: (text: string) => void) => void): string {
  let text = ''
  write((piece) => {
    text += piece
  })
  return text
}

describe.each(SAMPLES)('the JSON of %s', (sample) => {
  it.each([false, true])('has every mapping exactly as it was read (maps alone: %s)', (basic) => {
    const report = sampleReport(sample, {}, { basic })
    const { table, classes } = report
    const json = mappingJson(report)
    for (let row = 0; row < table.length; row++) {
      const line = json(row)
      const { start, end, path, vmFlags, ...rest } = JSON.parse(line)
      expect([BigInt(start), BigInt(end)]).toEqual([BigInt(table.start[row] ?? -1), BigInt(table.end[row] ?? -1)])
      if (rest.pathHex === undefined) expect(Buffer.from(path ?? '').toString('latin1')).toBe(table.nameOf(row))
      else expect(Buffer.from(rest.pathHex, 'hex').toString('latin1')).toBe(table.nameOf(row))
      expect(vmFlags).toEqual(table.flagsOf(row))
      expect(rest).toMatchObject({
        perms: permsText(table.perms[row] ?? -1),
        offset: table.offset.at(row),
        device: deviceText(table.device.at(row)),
        inode: Number(table.inodeText(row)),
        kind: classes.kind(row),
        evidence: classes.evidence(row),
        label: classes.label(row),
        size: table.size(row),
      })
      for (const column of table.columns) expect(rest[jsonFieldName(column.key)]).toBe(column.at(row))
      const keys = [...line.matchAll(/[{,]"(\w+)":/g)].map((match) => match[1])
      expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
    }
  })

  it('is a document, a set of one, and lines', () => {
    const report = sampleReport(sample, { gaps: true })
    const document = JSON.parse(written((take) => writeMapsJson(report, TOOL, take)))
    const set = JSON.parse(written((take) => writeMapsSetJson([report, report], () => [], TOOL, take)))
    expect(set.reports).toEqual([document, document])
    const lines = written((take) => writeMapsNdjson(report, take))
      .split('\n')
      .slice(0, -1)
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      document.mappings.map((mapping: object) => ({ pid: document.target.pid, ...mapping })),
    )
    expect(document.gaps.list).toHaveLength(report.gaps?.gaps.length ?? -1)
    expect(document.totals.rss).toBe(report.totals.totals.rss)
  })

  it('is in CSV too, a cell for every column', () => {
    const report = sampleReport(sample)
    const columns = csvColumns(report, null)
    const lines = written((take) => writeMapsCsv(report, columns, true, take))
      .split('\n')
      .slice(0, -1)
    expect(lines).toHaveLength(report.table.length + 1)
    for (const line of lines) expect(line.replace(/"(?:[^"]|"")*"/g, '').split(',')).toHaveLength(columns.length)
  })
})

describe('numbers beyond 2^53', () => {
  const rare = fixtureText('synthetic/maps-rare-forms.txt')
  const report = sampleReport('ia32', {}, { basic: true, process: { files: { maps: rare, statm: null } } })

  it('are written in JSON and CSV with all their digits', () => {
    expect(mappingJson(report)(5)).toContain('"start":"0x1ff7fff12345000"')
    expect(mappingJson(report)(5)).toContain('"inode":18446744073709551615')
    expect(mappingJson(report)(6)).toContain(`"offset":${0x7fffffffffffe000n}`)
    const csv = written((take) => writeMapsCsv(report, ['offset', 'inode'], false, take)).split('\n')
    expect([csv[5], csv[6]]).toEqual(['0,18446744073709551615', `${0x7fffffffffffe000n},1131`])
  })
})

describe('lines of later kernels', () => {
  const smaps = fixtureText('proc/ia32/smaps').replace(
    /^VmFlags/gm,
    'Policy: "local\x1b"\nGuard_Pages:           8 kB\nVmFlags',
  )
  const report = sampleReport('ia32', {}, { process: { files: { smaps } } })

  it('are in every row of the JSON, numbers and texts', () => {
    for (let row = 0; row < report.table.length; row++) {
      expect(JSON.parse(mappingJson(report)(row))).toMatchObject({ policy: '"local\x1b"', guardPages: 8192 })
    }
  })
})
