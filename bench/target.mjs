// Processes with very many mappings to point the commands at.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { compile } from './programs.mjs'

const MAX_MAP_COUNT = '/proc/sys/vm/max_map_count'

/**
 * @typedef {object} Target
 * @property {number} pid
 * @property {(line: string) => Promise<string>} ask Sends a line and returns the answer.
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a program that prints `ready`, and ends with its stdin.
 *
 * @param {readonly string[]} argv
 * @returns {Promise<Target>}
 */
async function startTarget([program, ...args]) {
  const child = spawn(String(program), args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  for (;;) {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${program} never got ready`)
    if (value === 'ready') break
  }
  return {
    pid: Number(child.pid),
    ask: async (line) => {
      child.stdin.write(`${line}\n`)
      return (await lines.next()).value
    },
    stop: async () => {
      child.stdin.end()
      await ended
    },
  }
}

/** A process with so many mappings of every sort: 40 % anonymous, the others of 200 files. */
export function startMany(/** @type {number} */ mappings) {
  return startTarget([compile('test/workloads/many.c'), String(mappings), 'files'])
}

/** So many processes, each with a quarter of a MiB of its own. */
export function startCrowd(/** @type {number} */ processes) {
  return startTarget([compile('test/workloads/crowd.c'), String(processes)])
}

/** The same for the latency of the target's own mmap. */
export function startLatency(/** @type {readonly (number | string)[]} */ ...shape) {
  return startTarget([compile('bench/latency.c'), ...shape.map(String)])
}

/**
 * Allows processes to have so many mappings, and returns what takes that back; also on Ctrl-C.
 *
 * @returns {() => void}
 */
export function allowMappings(/** @type {number} */ count) {
  const before = readFileSync(MAX_MAP_COUNT, 'latin1').trim()
  if (Number(before) >= count) return () => undefined
  writeFileSync(MAX_MAP_COUNT, String(count))
  const restore = () => writeFileSync(MAX_MAP_COUNT, before)
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  const onSignal = (/** @type {NodeJS.Signals} */ signal) => {
    restore()
    for (const each of signals) process.removeListener(each, onSignal)
    process.kill(process.pid, signal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return () => {
    for (const signal of signals) process.removeListener(signal, onSignal)
    restore()
  }
}

/** How many lines `/proc/PID/maps` has, for a check. */
export function countLines(/** @type {string} */ file) {
  return Number(spawnSync('wc', ['-l', file], { encoding: 'utf8' }).stdout.split(' ')[0])
}
