// What a reader in a loop does to the process it reads: how long that process's own mmap + touch + munmap takes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { environment, MMAPCTL, runs } from './programs.mjs'
import { LARGE } from './rows.mjs'
import { median, spread } from './statistics.mjs'
import { startLatency } from './target.mjs'

/** @typedef {{ count: number, p50us: number, p99us: number, maxUs: number, longer: number }} Latency */

/** Name, the reader's command line behind `PID`, and the goal for p50 compared with no reader. */
const READERS = /** @type {const} */ ([
  ['latency-basic', ['--basic'], 1.3],
  ['latency-table', [], null],
])

/**
 * Alternates between nobody reading and one reader.
 *
 * @param {number} rounds
 * @param {(name: string) => boolean} wanted
 */
export async function measureLatency(rounds, wanted) {
  const results = []
  for (const [name, flags, goal] of READERS.filter(([name]) => wanted(name))) {
    const target = await startLatency(LARGE)
    try {
      const command = [...MMAPCTL, 'maps', String(target.pid), ...flags]
      /** @type {Latency[]} */
      const idle = []
      /** @type {Latency[]} */
      const read = []
      for (let round = 0; round < rounds; round++) {
        idle.push(await sample(target))
        read.push(await whileReading(command, () => sample(target)))
      }
      results.push({
        name,
        what: `mmap + touch + munmap during \`mmapctl maps PID${flags.map((flag) => ` ${flag}`).join('')}\``,
        yardstick: 'nobody reading',
        mappings: LARGE,
        metric: 'latency p50',
        goal,
        stretch: null,
        figure: spread(read.map(({ p50us }, round) => p50us / idle[round].p50us)),
        detail: `${text(idle)} without a reader; ${text(read)} with`,
      })
    } finally {
      await target.stop()
    }
  }
  return results
}

/** @returns {Promise<Latency>} */
export async function sample(/** @type {import('./target.mjs').Target} */ target, longUs = 0) {
  return JSON.parse(await target.ask(`2000 ${longUs}`))
}

/**
 * Runs a command over and over on another CPU than the target's for as long as `body` takes.
 *
 * @template Value
 * @param {readonly string[]} command
 * @param {() => Promise<Value>} body
 * @param {readonly string[]} prefix A command that the reader is started by.
 */
export async function whileReading(command, body, prefix = []) {
  const [program, ...args] = [...prefix, ...(runs(['taskset', '--version']) ? ['taskset', '-c', '0'] : []), ...command]
  let stop = false
  const loop = async () => {
    while (!stop) {
      const child = spawn(String(program), args, { stdio: 'ignore', env: environment() })
      const [status] = await once(child, 'exit')
      if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}`)
    }
  }
  const reading = loop()
  try {
    return await body()
  } finally {
    stop = true
    await reading
  }
}

function text(/** @type {readonly Latency[]} */ samples) {
  const of = (/** @type {keyof Latency} */ key) => median(samples.map((each) => each[key])).toFixed(1)
  return `p50 ${of('p50us')} µs, p99 ${of('p99us')} µs, longest ${of('maxUs')} µs`
}
