import { describe, expect, test } from 'vitest'
import { readSchema, SCHEMAS, undescribed } from './helpers/schema.ts'

describe.each(SCHEMAS)('the schema %s', (name) => {
  test('says what each property is', () => {
    expect(undescribed(readSchema(name), name)).toEqual([])
  })
})

test('a property that says nothing is found at any depth', () => {
  const silent = { properties: { a: { description: 'A list.', items: { oneOf: [{ properties: { b: {} } }] } } } }
  expect(undescribed(silent, 'x')).toEqual(['x.a[][].b'])
})
