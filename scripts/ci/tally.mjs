// Adds up the runs that scripts/ci/reporter.mjs noted, and ends with the line that CI reads: "N passed, N failed, N
// skipped". Fails when a test failed, when none ran, or when one was skipped without a reason that test/allowed-skips.txt
// allows on this machine.
//
// usage: tally.mjs RESULTS BROKEN   (BROKEN: how many steps failed, with or without a failed test in them)
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const [file, broken = '0'] = process.argv.slice(2)
const runs = existsSync(file) ? lines(file).map((line) => JSON.parse(line)) : []
const allowed = lines('test/allowed-skips.txt')
  .filter((line) => !line.startsWith('#'))
  .map((line) => {
    const [reason, condition] = line.split('\t')
    return { reason, holds: spawnSync('bash', ['-c', condition], { stdio: 'ignore' }).status === 0 }
  })

let failed = 0
let passed = 0
let skipped = 0
for (const run of runs) {
  passed += run.passed
  failed += run.failed
  skipped += run.skipped.length
  for (const each of run.flaky) tell(run.run, 'passed at a second attempt', each)
  for (const each of run.failures) tell(run.run, 'failed', each)
  for (const { file, name, reason } of run.skipped) {
    if (allowed.some((each) => each.holds && reason === each.reason)) continue
    failed++
    say(`${run.run}: ${file}: "${name}" must not be skipped here (${reason || 'no reason given'})`)
  }
}
failed = Math.max(failed, Number(broken), passed === 0 ? 1 : 0)
say(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 ? 0 : 1

function tell(run, what, { file, name, message }) {
  say(`${run}: ${what}: ${file}: "${name}": ${message.split('\n', 8).join('\n    ').slice(0, 800)}`)
}

function say(line) {
  process.stdout.write(`${line}\n`)
}

function lines(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}
