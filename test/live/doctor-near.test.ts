import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect } from 'vitest'
import { liveTrees } from '../../src/sources/trees.ts'
import { diagnosed } from '../helpers/diagnosed.ts'
import { withHostSettings } from './host-settings.ts'
import { MIB, tell } from './promises.ts'
import { liveTest, type Requirement } from './requirements.ts'
import { startWorkload } from './workload.ts'

/** The directory for temporary files may be a tmpfs, whose files are another kind of mapping. */
const ON_DISK = { env: { TMPDIR: fileURLToPath(new URL('../../.tmp', import.meta.url)) } }

/** A rule, what nearly makes it fire, what added to that does, and what it says. */
interface Case {
  readonly rule: string
  readonly nearly: string | null
  readonly enough: string
  readonly says: object
  readonly needs?: readonly Requirement[]
}

const CASES: readonly Case[] = [
  { rule: 'hoarded-memory', nearly: 'parked 9', enough: 'parked 1', says: { evidence: [{ value: 10 * MIB }] } },
  {
    rule: 'deleted-file-space',
    nearly: 'unlinked 60',
    enough: 'unlinked 4',
    // What the file system needs to find the blocks may count too.
    says: { evidence: [{ value: expect.closeTo(64 * MIB, -6) }, { value: 2 }] },
  },
  {
    rule: 'beyond-end-of-file',
    nearly: 'windowed 4',
    enough: 'cut',
    says: { severity: 'high', evidence: [{ value: 4096 }, { value: 1 }] },
  },
  { rule: 'advice-contradicted', nearly: 'random 60', enough: 'random 64', says: { severity: 'low' } },
  // How much it matters depends on the directory, which is that of the tests here.
  {
    rule: 'replaced-file',
    nearly: 'program',
    enough: 'replaced',
    says: { confidence: 'certain', evidence: [{ what: 'files', value: 1 }] },
  },
  { rule: 'executable-anonymous', nearly: 'code 0', enough: 'code 1', says: { evidence: expect.anything() } },
  { rule: 'writable-executable', nearly: 'code 1', enough: 'code 2', says: { severity: 'high' } },
  { rule: 'modified-text', nearly: null, enough: 'patched', says: { evidence: [{ value: 4096 }, { value: 1 }] } },
  { rule: 'thread-stack-volume', nearly: 'deep 4', enough: 'deep 1', says: { evidence: [{ value: 5 }, {}, {}, {}] } },
  { rule: 'malloc-arenas', nearly: 'arenas 3', enough: 'arenas 1', says: { evidence: expect.anything() } },
  { rule: 'page-table-overhead', nearly: 'sparse 25000', enough: 'sparse 700', says: { severity: 'medium' } },
  {
    rule: 'shared-memory-in-swap',
    nearly: 'swapped 12',
    enough: 'swapped 12',
    says: { severity: 'medium' },
    needs: ['swap', 'root'],
  },
]

describe('a rule does not fire on the near miss, and then does:', () => {
  for (const { rule, nearly, enough, says, needs = [] } of CASES) {
    liveTest(rule, { needs: ['gcc', ...needs] }, async () => {
      await using workload = await startWorkload('findings', [], ON_DISK)
      if (nearly !== null) await tell(workload, nearly)
      expect(diagnosed(rule, liveTrees(), workload.pid)).toBe('clear')
      await tell(workload, enough)
      expect(diagnosed(rule, liveTrees(), workload.pid)).toMatchObject(says)
    })
  }

  liveTest('ksm-idle', { needs: ['gcc'] }, async (context) => {
    await using workload = await startWorkload('findings', [], ON_DISK)
    const answer = await workload.send('mergeable 60')
    if (!answer.startsWith('ok') || ksm() !== '0') context.skip('KSM runs here, or the kernel has none')
    expect(diagnosed('ksm-idle', liveTrees(), workload.pid)).toBe('clear')
    await tell(workload, 'mergeable 4')
    expect(diagnosed('ksm-idle', liveTrees(), workload.pid)).toMatchObject({ severity: 'info' })
  })

  liveTest('fragmented-memory', { needs: ['gcc'] }, async () => {
    {
      await using few = await startWorkload('many', ['900', 'alternate'])
      expect(diagnosed('fragmented-memory', liveTrees(), few.pid)).toBe('clear')
    }
    await using workload = await startWorkload('many', ['1200', 'alternate'])
    expect(diagnosed('fragmented-memory', liveTrees(), workload.pid)).toMatchObject({ severity: 'low' })
  })

  liveTest('locked-near-limit', { needs: ['gcc', 'root'] }, async () => {
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    const through = ['prlimit', `--memlock=${7 * MIB}`, ...nobody]
    {
      await using less = await startWorkload('ailing', ['holding', '5'], { through })
      expect(diagnosed('locked-near-limit', liveTrees(), less.pid)).toBe('clear')
    }
    await using workload = await startWorkload('ailing', ['holding', '6'], { through })
    expect(diagnosed('locked-near-limit', liveTrees(), workload.pid)).toMatchObject({
      evidence: expect.arrayContaining([expect.objectContaining({ what: 'limit', value: 7 * MIB })]),
    })
  })

  liveTest('snapshot-trust', { needs: ['gcc', 'root'] }, async () => {
    {
      await using quiet = await startWorkload('findings', [], ON_DISK)
      expect(diagnosed('snapshot-trust', liveTrees(), quiet.pid)).toBe('clear')
    }
    await using workload = await startWorkload('dead-leader')
    expect(diagnosed('snapshot-trust', liveTrees(), workload.pid)).toMatchObject({
      evidence: expect.arrayContaining([
        expect.objectContaining({ what: expect.stringContaining('read through thread') }),
      ]),
    })
  })

  liveTest('loss-window', { needs: ['overcommit-settings'], timeout: 180_000 }, async () => {
    const expire = (value: string) => ({ '/proc/sys/vm/dirty_expire_centisecs': value })
    const judge = async () => diagnosed('loss-window', liveTrees())
    expect(await withHostSettings(expire('6000'), judge)).toBe('clear')
    expect(await withHostSettings(expire('6001'), judge)).toMatchObject({ severity: 'medium' })
  })
})

function ksm(): string {
  return readFileSync('/sys/kernel/mm/ksm/run', 'utf8').trim()
}
