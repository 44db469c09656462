import { describe, expect, it } from 'vitest'
import { parseNumaMaps } from '../../src/parsers/numa-maps.ts'
import { ParseError } from '../../src/parsers/parse-error.ts'
import { parseSmapsRollup } from '../../src/parsers/smaps-rollup.ts'
import { bytes, expectAnswerOrParseError, fixture } from './support.ts'

describe('parseNumaMaps', () => {
  it('reads every policy, also those with spaces', () => {
    const policies = parseNumaMaps(fixture('proc/numa-policies/numa_maps')).map(({ policy }) => policy)
    expect(new Set(policies)).toEqual(
      new Set([
        'default',
        'bind=balancing:0',
        'interleave=relative:0',
        'bind=static:0',
        'weighted interleave:0',
        'prefer (many):0',
        'local',
        'interleave:0',
        'bind:0',
        'prefer:0',
      ]),
    )
  })

  it.each(['java', 'node20', 'kinds', 'thp'])('adds up to what is resident: %s', (sample) => {
    const mappings = parseNumaMaps(fixture(`proc/${sample}/numa_maps`))
    // Huge pages of the pool are in numa_maps and not in Rss, so those samples have none.
    const bytesOnNodes = mappings.reduce(
      (sum, { nodes }) => sum + [...nodes.values()].reduce((all, each) => all + each, 0),
      0,
    )
    const { rss } = parseSmapsRollup(fixture(`proc/${sample}/smaps_rollup`))
    expect(Math.abs(bytesOnNodes - (rss ?? 0)) / (rss ?? 1)).toBeLessThan(0.02)
  })

  it('reads nodes of a mapping that is on several, and huge pages by their size', () => {
    const line =
      '7f0000000000 prefer (many):0-1 file=/a\\040b\\075c huge anon=3 dirty=3 N0=1 N1=2 kernelpagesize_kB=2048\n'
    expect(parseNumaMaps(bytes(line))).toEqual([
      {
        start: 0x7f0000000000,
        policy: 'prefer (many):0-1',
        nodes: new Map([
          [0, 2 ** 21],
          [1, 2 ** 22],
        ]),
      },
    ])
  })

  it('refuses what is no line of it', () => {
    expect(() => parseNumaMaps(bytes('nonsense\n'))).toThrow(ParseError)
    expect(() => parseNumaMaps(bytes('7f0000000000 \n'))).toThrow(ParseError)
  })

  it('answers or refuses whatever it gets', () => {
    expectAnswerOrParseError(
      (input) => parseNumaMaps(input).map(({ start, policy }) => ({ start, policy })),
      fixture('proc/numa-policies/numa_maps'),
    )
  })
})
