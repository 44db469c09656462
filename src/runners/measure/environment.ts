/** Of the caller's variables those that nearly every program needs. */
const KEPT = ['PATH', 'HOME']
/** A locale that is everywhere, and loads nothing. */
const LOCALE = 'C.UTF-8'

/**
 * An environment that is the same on every machine but for PATH, HOME, and what is asked for: their number and size are
 * part of what a program's memory looks like.
 */
export function cleanEnvironment(from: NodeJS.ProcessEnv, names: readonly string[] = []): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { LANG: LOCALE }
  for (const name of [...KEPT, ...names]) {
    const value = from[name]
    if (value !== undefined) env[name] = value
  }
  return env
}
