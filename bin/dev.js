#!/usr/bin/env -S node --import tsx
import { join } from 'node:path'
import { main } from '../src/cli.ts'

await main(join(import.meta.dirname, '..'), './src/commands/all.ts')
