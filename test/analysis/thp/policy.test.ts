import { describe, expect, it } from 'vitest'
import {
  allows,
  anonymousPolicy,
  khugepagedRuns,
  khugepagedSpeed,
  type Policy,
  shmemPolicy,
} from '../../../src/analysis/thp/policy.ts'
import type { ThpSettings } from '../../../src/model/thp-settings.ts'
import { HUGE, SETTINGS, settingsWith } from '../../helpers/thp.ts'

const KIB64 = 65_536
/** Before 6.8 sizes have no switches of their own. */
const OLD: ThpSettings = { ...SETTINGS, sizes: [] }

describe('who may have huge anonymous memory', () => {
  it.each<[string, ThpSettings, number, Policy]>([
    ['the mode, where the size inherits', settingsWith({ enabled: 'always' }), HUGE, 'always'],
    ['the mode, where there is one size', { ...OLD, enabled: 'madvise' }, HUGE, 'advised'],
    ['nobody, of a size that an old kernel lacks', { ...OLD, enabled: 'always' }, KIB64, 'never'],
    [
      'the size’s own switch before the mode',
      settingsWith({ enabled: 'never' }, { [HUGE]: { enabled: 'always' } }),
      HUGE,
      'always',
    ],
    [
      'a smaller size although the mode is never',
      settingsWith({ enabled: 'never' }, { [KIB64]: { enabled: 'madvise' } }),
      KIB64,
      'advised',
    ],
    ['nobody, where the size inherits never', settingsWith({ enabled: 'never' }), HUGE, 'never'],
    ['nobody, of a size that anonymous memory cannot have', settingsWith({ enabled: 'always' }), 8192, 'never'],
    [
      'nobody, where a later kernel says a word that is not known',
      settingsWith({ enabled: 'sometimes' }),
      HUGE,
      'never',
    ],
  ])('%s', (_, settings, size, policy) => {
    expect(anonymousPolicy(settings, size)).toBe(policy)
  })
})

describe('who may have huge shared memory', () => {
  const anonymous = { owner: 'anonymous' } as const
  const mount = (huge: string | null) => ({ owner: 'mount', huge }) as const
  it.each<[string, ThpSettings, number, Parameters<typeof shmemPolicy>[2], Policy]>([
    ['nobody by default', SETTINGS, HUGE, anonymous, 'never'],
    ['whoever asks, with advise', settingsWith({ shmemEnabled: 'advise' }), HUGE, anonymous, 'advised'],
    [
      'all as far as files reach, with within_size',
      settingsWith({ shmemEnabled: 'within_size' }),
      HUGE,
      anonymous,
      'within-size',
    ],
    [
      'nobody with deny, whatever the mount says',
      settingsWith({ shmemEnabled: 'deny' }),
      HUGE,
      mount('always'),
      'never',
    ],
    [
      'all with force, whatever the mount says',
      settingsWith({ shmemEnabled: 'force' }),
      HUGE,
      mount('never'),
      'always',
    ],
    [
      'with force no size that does not inherit',
      settingsWith({ shmemEnabled: 'force' }, { [KIB64]: { shmemEnabled: 'always' } }),
      KIB64,
      anonymous,
      'never',
    ],
    [
      'a size with a switch of its own',
      settingsWith({}, { [KIB64]: { shmemEnabled: 'always' } }),
      KIB64,
      anonymous,
      'always',
    ],
    ['on a mount what it was mounted with', settingsWith({ shmemEnabled: 'always' }), HUGE, mount('advise'), 'advised'],
    ['on a mount without the option nobody', settingsWith({ shmemEnabled: 'always' }), HUGE, mount(null), 'never'],
    ['nobody before 4.8', { ...OLD, shmemEnabled: null }, HUGE, anonymous, 'never'],
    ['one switch before 6.11', { ...OLD, shmemEnabled: 'advise' }, HUGE, anonymous, 'advised'],
  ])('%s', (_, settings, size, owner, policy) => {
    expect(shmemPolicy(settings, size, owner)).toBe(policy)
  })
})

it('advice counts where the policy asks for it, and nowhere else', () => {
  const policies: Policy[] = ['always', 'within-size', 'advised', 'never']
  expect(policies.map((policy) => allows(policy, true))).toEqual([true, true, true, false])
  expect(policies.map((policy) => allows(policy, false))).toEqual([true, true, false, false])
})

describe('khugepaged', () => {
  it.each<[string, ThpSettings, boolean | null]>([
    ['runs where anonymous memory may be huge', SETTINGS, true],
    ['runs for shared memory alone', settingsWith({ enabled: 'never', shmemEnabled: 'advise' }), true],
    ['does not run where the mode is never', settingsWith({ enabled: 'never' }), false],
    ['does not run for a smaller size', settingsWith({ enabled: 'never' }, { [KIB64]: { enabled: 'always' } }), false],
    ['may run for files where only the size is off', settingsWith({}, { [HUGE]: { enabled: 'never' } }), null],
    ['runs on an old kernel that is not set to never', { ...OLD, enabled: 'madvise' }, true],
    ['does not run on an old kernel that is', { ...OLD, enabled: 'never' }, false],
  ])('%s', (_, settings, runs) => {
    expect(khugepagedRuns(settings)).toBe(runs)
  })

  it('looks through so much a second', () => {
    expect(khugepagedSpeed(SETTINGS, 4096)).toBe((4096 * 4096) / 10)
    const { khugepaged } = SETTINGS
    expect(khugepaged).not.toBeNull()
    if (khugepaged === null) return
    expect(khugepagedSpeed({ ...SETTINGS, khugepaged: { ...khugepaged, scanSleepMillisecs: 0 } }, 4096)).toBeNull()
    expect(khugepagedSpeed({ ...SETTINGS, khugepaged: null }, 4096)).toBeNull()
  })
})
