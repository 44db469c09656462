import type {
  Environment,
  EnvironmentComparison,
  EnvironmentDifference,
  EnvironmentField,
} from '../../model/gate/environment.ts'

/**
 * What moves figures by more than any limit, measured: a memory limit −28 % (JVM), one CPU −15 % (sort), huge pages
 * −95 % of the faults, an allocator's setting −52 %.
 */
const MATERIAL: readonly EnvironmentField[] = [
  'kernel',
  'arch',
  'pageSize',
  'cpus',
  'cpuQuota',
  'memory',
  'thp',
  'aslr',
]
const MINOR: readonly EnvironmentField[] = ['libc', 'variables']

/** Compares the environment of a baseline with the present one. What is unknown on one side alone is a difference. */
export function compareEnvironments(before: Environment, now: Environment): EnvironmentComparison {
  const settings = new Set([...Object.keys(before.settings), ...Object.keys(now.settings)])
  const ofSettings = [...settings]
    .sort()
    .map((name) => difference(`settings.${name}`, before.settings[name], now.settings[name]))
  const [libraries, minor] = isOtherLibrary(before, now) ? [['libc'] as const, ['variables'] as const] : [[], MINOR]
  return {
    material: [...fields([...MATERIAL, ...libraries], before, now), ...ofSettings].filter((each) => each !== null),
    minor: fields(minor, before, now).filter((each) => each !== null),
  }
}

/** Another C library, not another version of it: its allocator is another. */
function isOtherLibrary({ libc: before }: Environment, { libc: now }: Environment): boolean {
  return before !== null && now !== null && before.split(' ')[0] !== now.split(' ')[0]
}

function fields(
  names: readonly EnvironmentField[],
  before: Environment,
  now: Environment,
): (EnvironmentDifference | null)[] {
  return names.map((name) => difference(name, before[name as 'kernel'], now[name as 'kernel']))
}

function difference(
  what: EnvironmentField,
  before: string | number | null | undefined,
  now: string | number | null | undefined,
): EnvironmentDifference | null {
  const texts = [before, now].map((value) => (value === null || value === undefined ? '–' : String(value)))
  const [was = '', is = ''] = texts
  return was === is ? null : { what, before: was, now: is }
}
