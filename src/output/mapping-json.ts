import { figureReader } from '../analysis/figures.ts'
import type { MapsReport } from '../analysis/maps-report.ts'
import { hex } from '../model/address.ts'
import { jsonFieldName } from '../model/field-names.ts'
import { deviceText } from '../model/mapping-table.ts'
import { permsText } from '../model/perms.ts'
import { jsonName, jsonNumber, rawName } from './json.ts'
import { fieldColumns } from './mapping-columns.ts'

/**
 * Writes one mapping as a JSON object, without a line feed.
 *
 * Built as text: objects for 65,000 rows would take four times as long and twice the memory. Everything that repeats
 * (names, flags, devices) is escaped once, by `JSON.stringify`.
 */
export function mappingJson(report: MapsReport): (row: number) => string {
  const { table, classes } = report
  const name = cached((id: number) => nameJson(table.names.get(id), report.memory.deleted.get(id)))
  const flags = cached((id: number) => (id === 0 ? 'null' : JSON.stringify(splitFlags(table.flagSets.get(id - 1)))))
  const device = cached((packed: number) => JSON.stringify(deviceText(packed)))
  const text = cached((value: string) => JSON.stringify(value))
  const uss = figureReader(table, 'uss')
  const figures = fieldColumns(report).map((column) => ({
    label: `,${JSON.stringify(jsonFieldName(column.key))}:`,
    column,
  }))
  const derived = table.columns.length > 0
  return (row) => {
    const label = classes.label(row)
    let line =
      `{"start":"0x${hex(table.start[row] as number)}","end":"0x${hex(table.end[row] as number)}"` +
      `,"perms":"${permsText(table.perms[row] as number)}","offset":${jsonNumber(table.offset.at(row))}` +
      `,"device":${device(table.device.at(row))},"inode":${table.inodeText(row)}` +
      `${name(table.name[row] as number)},"kind":"${classes.kind(row)}","evidence":${text(classes.evidence(row))}` +
      `,"label":${label === null ? 'null' : text(label)},"size":${table.size(row)}`
    for (const { label: key, column } of figures) line += key + jsonNumber(column.at(row))
    if (derived) line += `,"uss":${jsonNumber(uss(row))}`
    if (table.texts.size > 0) line += textsJson(report, row)
    return `${line},"vmFlags":${flags(table.flags[row] as number)}}`
  }
}

function nameJson(binary: string, deleted: boolean | undefined): string {
  if (binary === '') return ',"path":null'
  const raw = rawName(binary)
  return (
    `,"path":${JSON.stringify(jsonName(binary))}` +
    (raw === null ? '' : `,"pathHex":"${raw}"`) +
    (deleted === undefined ? '' : `,"unlinked":${deleted}`)
  )
}

/** Lines of newer kernels that are not numbers. */
function textsJson(report: MapsReport, row: number): string {
  let json = ''
  for (const [key, rows] of report.table.texts) {
    const value = rows.get(row)
    if (value !== undefined) json += `,${JSON.stringify(jsonFieldName(key))}:${JSON.stringify(value)}`
  }
  return json
}

function splitFlags(text: string): readonly string[] {
  return text === '' ? [] : text.split(' ')
}

function cached<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>()
  return (key) => {
    const value = known.get(key) ?? make(key)
    known.set(key, value)
    return value
  }
}
