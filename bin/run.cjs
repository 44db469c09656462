#!/usr/bin/env node
'use strict'
const { writeSync } = require('node:fs')
const { join } = require('node:path')

const [word] = process.argv.slice(2)
if (word === '--version' || word === '-V') {
  // Loads nothing: scripts ask for the version more often than for anything else.
  const { name, version } = require('../package.json')
  try {
    writeSync(1, `${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
  } catch (error) {
    // That nobody reads is no failure; a full disk is.
    process.exitCode = error.code === 'EPIPE' ? 0 : 4
  }
} else {
  const root = join(__dirname, '..')
  require('./load.cjs')
    .load(join(root, 'dist', 'cli.cjs'))
    .main(root, './dist/all.cjs', join(root, 'dist', 'help.json'))
}
