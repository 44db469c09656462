import { parsePasswd } from '../parsers/passwd.ts'
import type { Trees } from '../sources/trees.ts'
import { readParsed } from './reading.ts'

/** Names of the host's users by id; empty when they cannot be read. */
export function userNames(trees: Trees): ReadonlyMap<number, string> {
  return readParsed(trees.root, 'etc/passwd', parsePasswd) ?? new Map()
}

/** The id of a user given by number or by name; `null` when the host has no such name. */
export function userId(trees: Trees, text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text)
  const binary = Buffer.from(text, 'utf8').toString('latin1')
  for (const [uid, name] of userNames(trees)) if (name === binary) return uid
  return null
}
