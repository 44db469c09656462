import { ability } from '../../collectors/abilities/trying.ts'
import type { Ability } from '../../model/ability.ts'
import type { RawMeasurement } from '../../model/raw-measurement.ts'
import { isNative, native } from '../../native/native.ts'
import { cleanEnvironment } from '../../runners/measure/environment.ts'
import { HelperLost } from '../../runners/measure/helper-process.ts'
import { measureProgram } from '../../runners/measure/measure-program.ts'
import { findProgram } from '../../runners/program.ts'
import type { Trees } from '../../sources/trees.ts'

const TIMEOUT_MS = 20_000

/** Tries the ways in which `check` and `baseline` watch a program, on a program that does nothing. */
export async function measuringAbilities(trees: Trees, env: NodeJS.ProcessEnv): Promise<readonly Ability[]> {
  const layer = native()
  const scope = trees.proc.read('sys/kernel/yama/ptrace_scope')
  const yama = scope.ok ? `; kernel.yama.ptrace_scope is ${scope.value.toString('latin1').trim()}` : ''
  const calls = isNative(layer)
    ? ability('native-calls', 'works', 'koffi was loaded and called getpid')
    : ability('native-calls', 'absent', layer.unavailable)
  const exact = isNative(layer) ? await measured('ptrace', env) : `no native calls: ${layer.unavailable}`
  const traced = typeof exact !== 'string'
  return [
    calls,
    traced
      ? ability('exact-measuring', 'works', `traced a program of ours to its end${yama}`)
      : ability('exact-measuring', isNative(layer) ? 'refused' : 'absent', `${exact}${yama}`),
    await strace(env),
    traced ? fixedAddresses(exact) : ability('fixed-addresses', 'untried', 'no program could be traced to try it on'),
  ]
}

/** Runs a program that does nothing, watched in one way; else why that did not work. */
async function measured(method: 'ptrace' | 'strace', env: NodeJS.ProcessEnv): Promise<RawMeasurement | string> {
  try {
    const answer = await measureProgram({
      argv: [process.execPath, '--version'],
      env: cleanEnvironment(env),
      cwd: '/',
      stdin: 'nothing',
      stdout: 'discard',
      stderr: 'discard',
      randomisation: 'off',
      method,
      expected: null,
      lingerMs: 0,
      graceMs: 1000,
      dtlbMisses: false,
      timeoutMs: TIMEOUT_MS,
    })
    return 'refused' in answer ? answer.refused : answer
  } catch (error) {
    if (error instanceof HelperLost) return `the process that watches ended: ${error.message}`
    throw error
  }
}

async function strace(env: NodeJS.ProcessEnv): Promise<Ability> {
  const found = findProgram('strace', env['PATH'])
  if (!found.found) return ability('strace', 'absent', 'there is no strace in PATH')
  const answer = await measured('strace', env)
  return typeof answer === 'string'
    ? ability('strace', 'refused', answer)
    : ability('strace', 'works', `${found.path} held a program of ours at its end`)
}

function fixedAddresses({ randomised }: RawMeasurement): Ability {
  return randomised === true
    ? ability('fixed-addresses', 'refused', 'personality(ADDR_NO_RANDOMIZE) was refused')
    : ability('fixed-addresses', 'works', 'a program of ours ran without address randomisation')
}
