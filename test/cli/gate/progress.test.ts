import { describe, expect, it } from 'vitest'
import { GateProgress } from '../../../src/cli/gate/progress.ts'
import type { Io } from '../../../src/cli/io.ts'

const MOMENT = { scenario: 'large\u001b[2J', phase: 'run', run: 2, of: 3 } as const

/** What is written to a stderr of this kind. */
function written(isTerminal: boolean, quiet: boolean): string {
  let text = ''
  const write = (piece: string): void => {
    text += piece
  }
  const stderr = { isTerminal, columns: null, write, flush: () => undefined }
  const io: Io = { stdout: stderr, stderr, env: {} }
  const progress = new GateProgress(io, quiet)
  progress.update(MOMENT)
  progress.done()
  return text
}

describe('progress', () => {
  it('is one line on a terminal, which is taken away again', () => {
    expect(written(true, false)).toBe('\r\u001b[Klarge\\x1b[2J: run 2 of 3 …\r\u001b[K')
  })

  it('is silent in a log, and when it is to be quiet', () => {
    expect(written(false, false)).toBe('')
    expect(written(true, true)).toBe('')
  })
})
