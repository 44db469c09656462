import { describe, expect } from 'vitest'
import { readProcess, rowsIn } from './read.ts'
import { liveTest } from './requirements.ts'
import { startWorkload } from './workload.ts'

describe('every mapping is what its program made', () => {
  for (const name of ['kinds', 'hostile-names', 'locked', 'thp', 'grow', 'arenas']) {
    liveTest(name, { needs: ['gcc'] }, async () => {
      await using workload = await startWorkload(name, name === 'grow' ? ['4', 'file'] : [])
      const report = readProcess(workload.pid)
      for (const region of workload.regions) {
        const rows = rowsIn(report, region.start, region.end)
        expect(rows.length, region.label).toBeGreaterThan(0)
        const kinds = new Set(rows.map((row) => report.classes.kind(row)))
        if (region.note.includes('split')) expect([...kinds], region.label).toContain(region.kind)
        else expect([...kinds], region.label).toEqual([region.kind])
      }
    })
  }

  liveTest('hugetlb memory is told by its flag and counted apart', { needs: ['gcc', 'hugetlb'] }, async () => {
    await using workload = await startWorkload('hugetlb')
    const report = readProcess(workload.pid)
    const kinds = workload.regions.map((region) =>
      rowsIn(report, region.start, region.end).map((row) => report.classes.kind(row)),
    )
    expect(new Set(kinds.flat())).toEqual(new Set(['hugetlb']))
    expect(report.totals.totals.hugetlb).toBe(report.memory.status?.hugetlbPages)
  })

  liveTest('maps alone tells fewer kinds apart, but calls none by a wrong name', { needs: ['gcc'] }, async () => {
    await using workload = await startWorkload('kinds')
    const report = readProcess(workload.pid, { basic: true })
    // Without VmFlags these look like the plain memory they are made of.
    const coarser: Readonly<Record<string, string>> = {
      uffd: 'anonymous',
      droppable: 'anonymous',
      hugetlb: 'anonymous',
    }
    for (const region of workload.regions) {
      const [row] = rowsIn(report, region.start, region.end)
      const kind = row === undefined ? 'none' : report.classes.kind(row)
      const accepted = [
        region.kind,
        coarser[region.kind],
        ...(region.note.includes('protected') ? ['guard', 'reserved'] : []),
      ]
      expect(accepted, region.label).toContain(kind)
    }
  })
})

describe('hostile names', () => {
  liveTest('arrive byte by byte as the file system has them', { needs: ['gcc', 'root'] }, async () => {
    await using workload = await startWorkload('hostile-names')
    const report = readProcess(workload.pid)
    for (const region of workload.regions) {
      const hex = /hex=([0-9a-f]+)/.exec(region.note)?.[1]
      const [row] = rowsIn(report, region.start, region.end)
      if (hex === undefined || row === undefined) continue
      const bytes = Buffer.from(hex, 'hex').toString('latin1')
      // The kernel spells a line feed \012 and marks what is unlinked; nothing else is changed.
      const printed = bytes.replaceAll('\n', '\\012')
      expect([printed, `${printed} (deleted)`], region.label).toContain(report.table.nameOf(row))
    }
  })

  liveTest('a file called “… (deleted)” is told from an unlinked one', { needs: ['gcc', 'root'] }, async () => {
    await using workload = await startWorkload('hostile-names')
    const report = readProcess(workload.pid)
    const answers = new Map<string, boolean | undefined>()
    for (const region of workload.regions) {
      const [row] = rowsIn(report, region.start, region.end)
      const id = row === undefined ? undefined : report.table.name[row]
      if (id !== undefined && report.table.names.get(id).endsWith(' (deleted)') && region.kind !== 'memfd') {
        answers.set(`${region.label} ${region.note.replace(/hex=\S+/, '').trim()}`, report.memory.deleted.get(id))
      }
    }
    for (const [label, unlinked] of answers)
      expect(unlinked, label).toBe(/deleted|replaced/.test(label.split(' ').slice(1).join(' ')))
    expect(new Set(answers.values())).toEqual(new Set([true, false]))
  })
})
