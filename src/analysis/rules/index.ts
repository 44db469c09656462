import { rule as beyondEndOfFile } from './checks/beyond-end-of-file.ts'
import { rule as mappingCount } from './checks/mapping-count.ts'
import { rule as writableExecutable } from './checks/writable-executable.ts'
import type { Rule } from './rule.ts'

/** Every rule, by name. Made by scripts/rules.mjs from the files in checks/. */
export const RULES: readonly Rule[] = [beyondEndOfFile, mappingCount, writableExecutable]
