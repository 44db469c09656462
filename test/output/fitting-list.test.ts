import { describe, expect, it } from 'vitest'
import type { ListColumn } from '../../src/output/column-writer.ts'
import { fittingList } from '../../src/output/fitting-list.ts'
import { createPalette } from '../../src/output/palette.ts'
import { displayWidth } from '../../src/output/width.ts'

const column = (title: string, text: string): ListColumn => ({ title, align: 'left', cell: () => text })
const COLUMNS = [column('NAME', 'a name'), column('MUCH', 'x'.repeat(30)), column('MORE', 'y'.repeat(20))]
const list = (width: number | null) =>
  fittingList(COLUMNS, 2, ['MORE', 'MUCH'], { palette: createPalette(false), width })

describe('a short list', () => {
  it('has all columns where they fit, and where nothing may be left out', () => {
    for (const width of [null, 60]) {
      expect(list(width)).toHaveLength(3)
      expect(list(width)[0]).toMatch(/^NAME +MUCH +MORE$/)
    }
  })

  it('leaves out what is less important, and names it, within the width', () => {
    const lines = list(50)
    expect(lines[0]).toMatch(/^NAME +MUCH$/)
    expect(lines.at(-1)).toContain('left out to fit: MORE')
    const fewest = list(30)
    expect(fewest[0]).toBe('NAME')
    expect(fewest.join(' ')).toContain('left out to fit: MORE, MUCH')
    for (const line of [...lines, ...fewest]) expect(displayWidth(line)).toBeLessThanOrEqual(50)
  })

  it('is nothing without rows', () => {
    expect(fittingList(COLUMNS, 0, [], { palette: createPalette(false), width: 10 })).toEqual([])
  })
})
