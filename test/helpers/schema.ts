import { readdirSync, readFileSync } from 'node:fs'

/** As much of a JSON Schema as tests look at. */
export interface Schema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly propertyNames?: { readonly enum?: readonly string[] }
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly $ref?: string
}

const FOLDER = new URL('../../schemas/', import.meta.url)
const ENDING = '.schema.json'

/** The names of all published schemas. */
export const SCHEMAS = readdirSync(FOLDER)
  .filter((file) => file.endsWith(ENDING))
  .map((file) => file.slice(0, -ENDING.length))

/** A published schema. */
export function readSchema(name: string): Schema {
  return JSON.parse(readFileSync(new URL(`${name}${ENDING}`, FOLDER), 'utf8')) as Schema
}

/** The paths of all properties that say nothing of themselves. */
export function undescribed(schema: Schema, path: string): readonly string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, each]) => [
    ...(each.description === undefined && each.$ref === undefined && each.oneOf === undefined
      ? [`${path}.${key}`]
      : []),
    ...undescribed(each, `${path}.${key}`),
  ])
  const { $defs = {}, oneOf = [], items, additionalProperties } = schema
  const rest = typeof additionalProperties === 'object' ? [additionalProperties] : []
  const below = [...Object.values($defs), ...oneOf, ...(items === undefined ? [] : [items]), ...rest]
  return [...own, ...below.flatMap((each) => undescribed(each, `${path}[]`))]
}
