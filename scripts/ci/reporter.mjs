// A Vitest reporter for CI: adds the outcome of a run, as one line of JSON, to the file that TEST_RESULTS names. Unlike
// the built-in JSON reporter it keeps the reason of each skip, which scripts/ci/tally.mjs holds against
// test/allowed-skips.txt; and what failed or passed only at a second attempt, so that the end of a
// long log says it again.
import { appendFileSync } from 'node:fs'

export default class Results {
  onTestRunEnd(modules, unhandled) {
    const run = { run: process.env.TEST_RUN ?? 'tests', passed: 0, failed: 0, failures: [], flaky: [], skipped: [] }
    const fail = (file, name, errors) => {
      run.failed++
      run.failures.push({ file, name, message: errors[0]?.message ?? '' })
    }
    for (const error of unhandled) fail('', 'outside of every test', [error])
    for (const module of modules) {
      // A file that could not even be loaded has no failed test, and is a failure all the same.
      if (module.errors().length > 0) fail(module.relativeModuleId, 'the file itself', module.errors())
      for (const test of module.children.allTests()) {
        const { state, note, errors } = test.result()
        if (test.diagnostic()?.flaky)
          run.flaky.push({ file: module.relativeModuleId, name: test.fullName, message: errors?.[0]?.message ?? '' })
        if (state === 'passed') run.passed++
        else if (state === 'failed') fail(module.relativeModuleId, test.fullName, errors)
        else run.skipped.push({ file: module.relativeModuleId, name: test.fullName, reason: note ?? '' })
      }
    }
    const file = process.env.TEST_RESULTS
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(run)}\n`)
  }
}
