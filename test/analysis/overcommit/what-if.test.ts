import { describe, expect, it } from 'vitest'
import { commitPolicy } from '../../../src/analysis/overcommit/policy.ts'
import { type WhatIfProcess, whatIf } from '../../../src/analysis/overcommit/what-if.ts'
import { GIB, KIB, MIB, SETTINGS, sampleWith } from '../../helpers/commit-samples.ts'

const HOST = { pageSize: 4096, rules: { wholeRam: true, exactCommitted: true } }

function process(pid: number, more: Partial<WhatIfProcess> = {}): WhatIfProcess {
  return { pid, comm: `p${pid}`, charge: 0, noReserve: 0, largest: 0, size: 0, admin: true, ...more }
}

function ask(mode: 0 | 1 | 2, committedKib: number, processes: readonly WhatIfProcess[]) {
  const policy = commitPolicy(SETTINGS, sampleWith({ Committed_AS: committedKib }), HOST)
  return whatIf(mode, policy, SETTINGS, processes)
}

describe('under mode 2', () => {
  const limit = 12_342_048 * KIB - 8 * MIB

  it('so much could still be promised', () => {
    expect(ask(2, 1024, [])).toMatchObject({ limit, committed: MIB, headroom: limit - MIB, forksRefused: [] })
  })

  it('nothing could, when more is promised already', () => {
    const answer = ask(2, 20 * 1024 * 1024, [])
    expect(answer.mode === 2 && answer.headroom).toBe(limit - 20 * GIB)
    // 20 GiB of 24684096 KiB
    expect(answer.mode === 2 && answer.ratioNeeded).toBe(85)
  })

  it('who could not be forked is named, the largest first', () => {
    const answer = ask(2, 4 * 1024 * 1024, [
      process(1, { charge: GIB }),
      process(2, { charge: 8 * GIB }),
      process(3, { charge: 9 * GIB }),
      process(4, { charge: Number.NaN }),
    ])
    expect(answer.mode === 2 && answer.forksRefused).toEqual([
      { pid: 3, comm: 'p3', bytes: 9 * GIB },
      { pid: 2, comm: 'p2', bytes: 8 * GIB },
    ])
  })

  it('root may use what is kept for it, and the large leave something to others', () => {
    const committed = 12_342_048 - 16 * 1024
    const fits = { charge: 10 * MIB }
    const refused = (more: Partial<WhatIfProcess>) => {
      const answer = ask(2, committed, [process(1, { ...fits, ...more })])
      return answer.mode === 2 && answer.forksRefused.length
    }
    expect(refused({})).toBe(0)
    expect(refused({ admin: false })).toBe(1)
    expect(refused({ size: GIB })).toBe(1)
  })

  it('MAP_NORESERVE counts once it is mapped anew', () => {
    const answer = ask(2, 1024, [process(1, { noReserve: GIB }), process(2, { noReserve: Number.NaN })])
    expect(answer).toMatchObject({ noReserve: GIB, afterRestart: GIB + MIB })
  })
})

describe('under mode 0', () => {
  it('a mapping larger than RAM and swap would not be had again', () => {
    const most = 24_684_096 * KIB
    const answer = ask(0, 1024, [process(1, { largest: most }), process(2, { largest: most + 4096 })])
    expect(answer).toEqual({
      mode: 0,
      largestRequest: most,
      requestsRefused: [{ pid: 2, comm: 'p2', bytes: most + 4096 }],
    })
  })
})

describe('under mode 1', () => {
  it('nothing is refused', () => {
    expect(ask(1, 1024, [process(1, { largest: 2 ** 50 })])).toEqual({ mode: 1 })
  })
})
