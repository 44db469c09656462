import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { readSchema } from './schema.ts'

export const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })

export const faultsSchema = readSchema('faults')
const validate = ajv.compile(faultsSchema as AnySchema)

/** What is wrong with a report, in a few lines. */
export function wrong(document: unknown): string[] {
  if (validate(document) === true) return []
  return (validate.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`)
}
