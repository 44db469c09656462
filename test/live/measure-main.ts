// Measures a program in a process of its own, which a test may start as another user, or kill. Prints the run as JSON.
import { measureRun } from '../../src/cli/measure-run.ts'
import { cleanEnvironment } from '../../src/runners/measure/environment.ts'

const [method = 'ptrace', ...argv] = process.argv.slice(2)
const run = await measureRun({
  argv: argv as [string, ...string[]],
  env: cleanEnvironment(process.env),
  cwd: process.cwd(),
  stdin: 'nothing',
  stdout: 'discard',
  stderr: 'discard',
  randomisation: 'off',
  expected: null,
  method: method as 'ptrace' | 'strace' | 'poll',
  lingerMs: 200,
  graceMs: 500,
  timeoutMs: 20_000,
  dtlbMisses: false,
})
process.stdout.write(JSON.stringify(run))
