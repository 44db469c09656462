import { readFileSync } from 'node:fs'
import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'

/** As much of a JSON Schema as tests look at. */
export interface Schema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly propertyNames?: { readonly enum: readonly string[] }
  readonly $ref?: string
}

export const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })

export function readSchema(name: string): Schema {
  const file = new URL(`../../schemas/${name}.schema.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as Schema
}

export const faultsSchema = readSchema('faults')
const validate = ajv.compile(faultsSchema as AnySchema)

/** What is wrong with a report, in a few lines. */
export function wrong(document: unknown): string[] {
  if (validate(document) === true) return []
  return (validate.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`)
}
