import type { ScenarioEnv } from '../../model/gate/scenario.ts'

/** What a program needs to be found and to find itself; anything more is listed by whoever needs it. */
const ALWAYS = ['PATH', 'HOME'] as const
/** The same everywhere: a locale maps files of its own. */
const FIXED = { LANG: 'C.UTF-8' } as const

/** The variables that a scenario's program gets. Their number alone moves fault counts by up to 1 %. */
export function programEnv(
  { mode, pass, set }: ScenarioEnv,
  own: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const names = mode === 'inherit' ? Object.keys(own) : [...ALWAYS, ...pass]
  const passed = names.flatMap((name): readonly (readonly [string, string])[] => {
    const value = own[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { ...(mode === 'clean' ? FIXED : {}), ...Object.fromEntries(passed), ...set }
}
