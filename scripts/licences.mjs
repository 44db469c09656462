// The bundle holds other people's code; their licences ask that their texts go with it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes the licence text of every package that a bundle has inputs from. */
export function writeLicences(inputs, file) {
  const packages = new Set(inputs.map(packageOf).filter((directory) => directory !== null))
  const texts = [...packages].sort().map((directory) => {
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
    return `${name} ${version} (${license})\n\n${licenceText(directory)}`
  })
  writeFileSync(file, texts.join(`\n${'-'.repeat(80)}\n\n`))
}

function packageOf(input) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
  return match === null ? null : match[1]
}

function licenceText(directory) {
  const name = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry))
  if (name !== undefined && existsSync(join(directory, name))) return readFileSync(join(directory, name), 'utf8').trim()
  return '(the package has no licence file; see its package.json)'
}
