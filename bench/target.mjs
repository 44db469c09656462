// Processes with very many mappings to point the commands at.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { compile, environment, MMAPCTL } from './programs.mjs'

const MAX_MAP_COUNT = '/proc/sys/vm/max_map_count'

/**
 * @typedef {object} Target
 * @property {number} pid
 * @property {readonly string[]} files Captures, where there are some.
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
    files: [],
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
function startMany(/** @type {number} */ mappings) {
  return startTarget([compile('test/workloads/many.c'), String(mappings), 'files'])
}

/** So many processes, each with a quarter of a MiB of its own. */
function startCrowd(/** @type {number} */ processes) {
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

/** Resident memory of the process that is read for the walk of its pages. */
const RESIDENT_KIB = 2 * 1024 * 1024
/** Mappings of the processes that are captured for `diff`. */
const CAPTURED = 65_000

/**
 * What rows are measured beside: nothing, a process with many mappings, one with 2 GiB in one mapping, many processes,
 * two captures.
 *
 * @typedef {'nothing' | 'mappings' | 'resident' | 'processes-300' | 'processes-2000' | 'captures'} TargetName
 */

/**
 * @param {TargetName} name
 * @param {number} mappings For `mappings`.
 * @returns {Promise<Target>}
 */
export function startNamed(name, mappings) {
  switch (name) {
    case 'nothing':
      return Promise.resolve({ pid: 0, files: [], ask: async () => '', stop: async () => undefined })
    case 'mappings':
      return startMany(mappings)
    case 'resident':
      return startTarget([compile('test/workloads/crowd.c'), '1', String(RESIDENT_KIB)])
    case 'processes-300':
      return startCrowd(300)
    case 'processes-2000':
      return startCrowd(2000)
    case 'captures':
      return startCaptures()
  }
}

/** Two captures of processes with as many mappings, which differ by a hundredth of them. */
async function startCaptures() {
  const directory = mkdtempSync(join(tmpdir(), 'mmapctl-bench-'))
  const files = []
  for (const mappings of [CAPTURED - CAPTURED / 100, CAPTURED]) {
    const target = await startMany(mappings)
    const file = join(directory, `${mappings}.tar.gz`)
    const [program, ...args] = [...MMAPCTL, 'capture', String(target.pid), '--quiet', '--output', file]
    const run = spawnSync(String(program), args, { encoding: 'utf8', env: environment() })
    await target.stop()
    if (run.status !== 0) throw new Error(run.stderr)
    files.push(file)
  }
  const stop = async () => rmSync(directory, { recursive: true })
  return { pid: 0, files, ask: async () => '', stop }
}
