#!/usr/bin/env node
'use strict'
const { join } = require('node:path')
// Node 22.8 and later keep the compiled code from run to run; 20 does not know how.
require('node:module').enableCompileCache?.()
require('../dist/cli.cjs').main(join(__dirname, '..'), './dist/cli.cjs')
