import { describe, expect, it } from 'vitest'
import { type ListColumn, widthBefore, writeList } from '../../src/output/column-writer.ts'
import { shortTable } from '../../src/output/short-table.ts'

const NAMES = ['/usr/lib/x86_64-linux-gnu/libc.so.6', '漢字', '']
const COLUMNS: readonly ListColumn[] = [
  { title: 'SIZE', align: 'right', cell: (row) => ['4.0 KiB', '132 KiB', ''][row] ?? '' },
  { title: 'KIND', align: 'left', cell: (row) => ['library', 'heap', 'jit'][row] ?? '' },
  { title: 'PATH', align: 'left', cell: (row) => NAMES[row] ?? '' },
]

function list(width: number | null, header = true, columns = COLUMNS): string[] {
  let text = ''
  const layout = { width, header, headerPaint: (title: string) => title }
  writeList(columns, 3, layout, (piece) => {
    text += piece
  })
  return text.split('\n').slice(0, -1)
}

describe('a listing', () => {
  it('has columns as wide as their widest cell, figures to the right, nothing at the end of a line', () => {
    expect(list(null)).toEqual([
      '   SIZE  KIND     PATH',
      '4.0 KiB  library  /usr/lib/x86_64-linux-gnu/libc.so.6',
      '132 KiB  heap     漢字',
      '         jit',
    ])
  })

  it('cuts its last column alone, in the middle, to fit a terminal', () => {
    expect(list(40)[1]).toBe('4.0 KiB  library  /usr/li…-gnu/libc.so.6')
    expect(list(40).every((line) => line.length <= 40)).toBe(true)
  })

  it('may have no titles, which then take no room', () => {
    expect(list(null, false)[2]).toBe('         jit')
    const titled = [{ title: 'A LONG TITLE', align: 'right' as const, cell: () => '1' }, ...COLUMNS.slice(2)]
    expect(list(null, false, titled)[2]).toBe('1')
  })

  it('puts colour around the text and never counts it', () => {
    const painted = COLUMNS.map((column) => ({ ...column, paint: () => (text: string) => `<${text}>` }))
    expect(list(null, true, painted)[2]).toMatch(/^<132 KiB> {2}<heap {3}> {2}<漢字>$/)
  })

  it('says how much room it needs before its last column', () => {
    expect(widthBefore(COLUMNS, 3)).toBe('4.0 KiB  library  '.length)
  })
})

describe('a short table', () => {
  it('is aligned in the same way', () => {
    const columns = [
      { title: 'KIND', align: 'left' as const },
      { title: 'RSS', align: 'right' as const },
    ]
    expect(
      shortTable(columns, [
        ['heap', '4.0 KiB'],
        ['漢字', ''],
      ]),
    ).toEqual(['KIND      RSS', 'heap  4.0 KiB', '漢字'])
  })
})
