import { decodeUtf8 } from './sanitise.ts'
import { integerText } from './units.ts'

/** Version of a report's form: additions keep it, anything else raises it. */
export function schemaName(report: string, version: number): string {
  return `mmapctl/${report}@${version}`
}

/**
 * A name for JSON: valid UTF-8 as it is (JSON escapes what is not printable), else every odd byte spelled `\xNN`. The
 * exact bytes of such a name are given beside it, in `rawName`.
 */
export function jsonName(binary: string): string {
  return decodeUtf8(binary) ?? binary.replace(/[^\x20-\x7e]/g, (byte) => `\\x${hexByte(byte)}`)
}

/** The bytes of a name that is not valid UTF-8, in hexadecimal; `null` for all others. */
export function rawName(binary: string): string | null {
  return decodeUtf8(binary) === null ? Buffer.from(binary, 'latin1').toString('hex') : null
}

/** A name under its key, and where it is not valid UTF-8 its bytes under the key with `Hex` behind it. */
export function nameJson(key: string, binary: string): Readonly<Record<string, string>> {
  const raw = rawName(binary)
  return raw === null ? { [key]: jsonName(binary) } : { [key]: jsonName(binary), [`${key}Hex`]: raw }
}

/** `NaN` is "unknown", which JSON says with `null`. */
export function jsonNumber(value: number): string {
  return Number.isNaN(value) ? 'null' : integerText(value)
}

function hexByte(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0')
}
