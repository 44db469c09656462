import { MappingTable } from '../../src/model/mapping-table.ts'
import { MapsParser } from '../../src/parsers/maps.ts'
import { SmapsParser, type WantedKeys } from '../../src/parsers/smaps.ts'

/** How a text reaches a parser. */
export interface Feed {
  /** Size of the one buffer that everything passes through. */
  readonly buffer: number
  /** Room that must be free before the kernel is asked again. */
  readonly leastRoom: number
  /** How many bytes the kernel gives at most the next time it is asked. */
  readonly nextRead: () => number
}

/** As `LiveTree.scan` reads: the kernel gives about 4 KiB at a time, a full buffer is handed on. */
export function feed(buffer: number, read = 4096): Feed {
  return { buffer, leastRoom: Math.min(8192, Math.ceil(buffer / 8)), nextRead: () => read }
}

/** Reads of the given sizes, over and over, each handed on at once. */
export function oddFeed(sizes: readonly number[], buffer = 64 * 1024): Feed {
  let next = 0
  return { buffer, leastRoom: buffer, nextRead: () => sizes[next++ % sizes.length] ?? 1 }
}

/** The feeds that every fixture must survive. */
export const FEEDS: Readonly<Record<string, () => Feed>> = {
  '64 KiB': () => feed(64 * 1024),
  '4096 bytes': () => feed(4096),
  '5000 bytes': () => feed(5000, 5000),
  'odd chunks': () => oddFeed([1, 7, 4093, 613, 2, 997, 31, 8191, 3]),
}

type Consume = (bytes: Uint8Array, length: number, final: boolean) => number

/**
 * Passes a text through a buffer as `LiveTree.scan` does: what the consumer leaves is moved to the front and offered
 * again with what follows. Behind the text lie hex digits without a line feed, so that reading on shows.
 */
function pour(text: Uint8Array, { buffer, leastRoom, nextRead }: Feed, consume: Consume): void {
  const bytes = Buffer.alloc(buffer)
  let at = 0
  let have = 0
  for (;;) {
    const count = Math.min(nextRead(), text.length - at, buffer - have)
    bytes.set(text.subarray(at, at + count), have)
    at += count
    have += count
    if (count > 0 && buffer - have >= Math.max(1, leastRoom) && leastRoom < buffer) continue
    bytes.fill('a', have)
    const used = consume(bytes, have, count === 0)
    if (count === 0) return
    if (used === 0 && have === buffer) throw new Error('a record is longer than the buffer')
    bytes.copyWithin(0, used, have)
    have -= used
  }
}

/** A table filled from the text of maps. */
export function readMaps(text: Uint8Array, how: Feed = feed(64 * 1024)): MappingTable {
  const table = new MappingTable()
  const parser = new MapsParser(table)
  pour(text, how, (bytes, length, final) => parser.write(bytes, length, final))
  return table
}

/** A table filled from the text of smaps. */
export function readSmaps(text: Uint8Array, how: Feed = feed(64 * 1024), wanted: WantedKeys = 'all'): MappingTable {
  const table = new MappingTable()
  const parser = new SmapsParser(table, wanted)
  pour(text, how, (bytes, length, final) => parser.write(bytes, length, final))
  return table
}
