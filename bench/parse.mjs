// The parsers alone, without processes, files and output: time per mapping against the obvious parser of regular
// expressions, in a fresh process (cold) and after that (warm). Needs `npm run build`.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { deviceText, MappingTable, MapsParser, permsText, SmapsParser } from '../dist/index.js'
import { environment } from './programs.mjs'
import { median, spread } from './statistics.mjs'

const SELF = fileURLToPath(import.meta.url)
const CHUNK = 64 * 1024
const WARM = 7
const FILES = /** @type {const} */ (['maps', 'smaps'])

/** @typedef {'maps' | 'smaps'} File */
/** @typedef {Record<string, string | number>} Plain A mapping as the obvious parser gives it. */

/** Parses as the command does: chunk by chunk out of one buffer. */
function parseChunks(/** @type {File} */ file, /** @type {Buffer} */ bytes, chunk = CHUNK) {
  const table = new MappingTable()
  const parser = file === 'maps' ? new MapsParser(table) : new SmapsParser(table)
  const buffer = Buffer.allocUnsafe(chunk)
  let have = 0
  for (let at = 0; at < bytes.length; ) {
    const count = bytes.copy(buffer, have, at)
    at += count
    have += count
    const used = parser.write(buffer, have, at === bytes.length)
    buffer.copyWithin(0, used, have)
    have -= used
  }
  return table
}

const HEADER = /^([0-9a-f]+)-([0-9a-f]+) ([rwxsp-]{4}) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+) *(.*)$/s
const FIELD = /^(\w+): +(.*)$/

/** The obvious way: all of it as one string, split into lines, an object a mapping. */
function parsePlainly(/** @type {Buffer} */ bytes) {
  /** @type {Plain[]} */
  const rows = []
  for (const line of bytes.toString('latin1').split('\n')) {
    const head = HEADER.exec(line)
    if (head !== null) {
      const [, start = '', end = '', perms = '', offset = '', device = '', inode = '', name = ''] = head
      rows.push({
        start: Number.parseInt(start, 16),
        end: Number.parseInt(end, 16),
        perms,
        offset: Number.parseInt(offset, 16),
        device,
        inode,
        name,
      })
      continue
    }
    const field = FIELD.exec(line)
    if (field === null) continue
    const [, key = '', value = ''] = field
    const row = /** @type {Plain} */ (rows.at(-1))
    row[key] = key === 'VmFlags' ? value.trim() : Number.parseInt(value, 10) * (value.endsWith(' kB') ? 1024 : 1)
  }
  return rows
}

/** The fixture of 60,000 mappings. */
function fixture(/** @type {File} */ file) {
  const path = new URL(`../test/fixtures/proc/many-vmas/${file}.gz`, import.meta.url)
  return gunzipSync(readFileSync(path))
}

/** Names of fields that differ between both parsers, at several sizes of the buffer. */
export function differences() {
  /** @type {Set<string>} */
  const found = new Set()
  for (const file of FILES) {
    const bytes = fixture(file)
    const plain = parsePlainly(bytes)
    for (const chunk of [4096, 5000, CHUNK]) {
      const table = parseChunks(file, bytes, chunk)
      if (table.length !== plain.length) found.add('length')
      plain.forEach((row, index) => {
        for (const [key, value] of Object.entries(row)) if (fieldOf(table, index, key) !== value) found.add(key)
      })
    }
  }
  return [...found]
}

function fieldOf(
  /** @type {InstanceType<typeof MappingTable>} */ table,
  /** @type {number} */ row,
  /** @type {string} */ key,
) {
  switch (key) {
    case 'start':
      return table.start[row]
    case 'end':
      return table.end[row]
    case 'offset':
      return table.offset.at(row)
    case 'perms':
      return permsText(table.perms[row] ?? 0)
    case 'device':
      return deviceText(table.device.at(row))
    case 'inode':
      return table.inodeText(row)
    case 'name':
      return table.nameOf(row)
    case 'VmFlags':
      return table.flagsOf(row)?.join(' ')
    default:
      return table.value(key, row)
  }
}

/** One process's worth: the first parse, then the median of some more, in nanoseconds a mapping. */
function timeParser(/** @type {File} */ file, /** @type {string} */ parser) {
  const bytes = fixture(file)
  const times = []
  let rows = 0
  for (let run = 0; run <= WARM; run++) {
    const from = performance.now()
    rows = (parser === 'ours' ? parseChunks(file, bytes) : parsePlainly(bytes)).length
    times.push(((performance.now() - from) * 1e6) / rows)
  }
  return { rows, cold: times[0] ?? Number.NaN, warm: median(times.slice(1)) }
}

/** @returns {ReturnType<typeof timeParser>} */
function timeInFreshProcess(/** @type {File} */ file, /** @type {string} */ parser) {
  const run = spawnSync(process.execPath, [SELF, file, parser], { encoding: 'utf8', env: environment() })
  if (run.status !== 0) throw new Error(run.stderr)
  return JSON.parse(run.stdout)
}

/** Rows for the table: both files, cold and warm, our parser against the obvious one. */
export function measureParsers(/** @type {number} */ pairs) {
  const results = []
  for (const file of FILES) {
    const runs = Array.from({ length: pairs }, () => ({
      ours: timeInFreshProcess(file, 'ours'),
      plain: timeInFreshProcess(file, 'plain'),
    }))
    for (const state of /** @type {const} */ (['cold', 'warm'])) {
      const ns = (/** @type {'ours' | 'plain'} */ parser) => Math.round(median(runs.map((run) => run[parser][state])))
      results.push({
        name: `parse-${file}-${state}`,
        what: `parsing ${file}, ${state}`,
        yardstick: 'split and regular expressions',
        mappings: runs[0]?.ours.rows ?? 0,
        metric: 'time',
        goal: null,
        stretch: null,
        figure: spread(runs.map(({ ours, plain }) => ours[state] / plain[state])),
        detail: `${ns('ours')} ns a mapping against ${ns('plain')}`,
      })
    }
  }
  return results
}

const [, script, file, parser] = process.argv
if (script === SELF && (file === 'maps' || file === 'smaps') && parser !== undefined) {
  process.stdout.write(JSON.stringify(timeParser(file, parser)))
} else if (script === SELF) {
  const different = differences()
  process.stdout.write(different.length === 0 ? 'every field is the same\n' : `different: ${different.join(', ')}\n`)
  for (const { what, detail, figure } of measureParsers(5)) {
    process.stdout.write(`${what}: ${detail}, ratio ${figure.median.toFixed(2)}\n`)
  }
}
