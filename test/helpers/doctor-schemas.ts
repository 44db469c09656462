import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js'
import { readSchema } from './schema.ts'

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
// doctor refers to a part of it.
ajv.addSchema(readSchema('maps') as AnySchema, 'maps.schema.json')
const NAMES = ['doctor', 'doctor-self', 'explain'] as const
for (const name of NAMES) ajv.addSchema(readSchema(name) as AnySchema, `${name}.schema.json`)

/** What is wrong with a document of `doctor` or `explain`, in a few lines. */
export function doctorFaults(name: (typeof NAMES)[number], document: unknown): readonly string[] {
  const validate = ajv.getSchema(`${name}.schema.json`)
  if (validate === undefined) throw new Error(`no schema ${name}`)
  if (validate(document) === true) return []
  return (validate.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`)
}
