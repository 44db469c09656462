'use strict'
// Compiling the bundle is a third of a start. The compiled form is kept beside the package, never in the shared
// directory that Node would choose: who may write here may change the program anyway, and nobody else can plant code
// for root to run. Only the owner of the package keeps anything: root must not leave files in a user's directories.
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs')
const Module = require('node:module')
const { basename, dirname, join } = require('node:path')
const { constants, Script } = require('node:vm')

const CACHE = join(__dirname, '..', '.cache')

/** Loads a CommonJS file of ours, with Node's own compile cache where there is one (22.8), else with one like it. */
exports.load = (file) => {
  if (Module.enableCompileCache === undefined) return loadCached(file)
  if (statSync(file).uid === process.geteuid()) Module.enableCompileCache(CACHE)
  return require(file)
}

/** Loads a file and, when they are asked for, those that it requires beside it. */
function loadCached(file) {
  if (require.cache[file] !== undefined) return require.cache[file].exports
  const { mtimeMs, size, uid } = statSync(file)
  const kind = `${process.version}-${process.arch}-${basename(file)}-`
  const cached = join(CACHE, `${kind}${size}-${Math.round(mtimeMs)}.bin`)
  const cachedData = readIfThere(cached, uid)
  const script = new Script(Module.wrap(readFileSync(file, 'utf8')), {
    filename: file,
    cachedData,
    importModuleDynamically: constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  const module = new Module(file, null)
  module.filename = file
  require.cache[file] = module
  const plain = Module.createRequire(file)
  const near = (id) => (id.startsWith('./') ? loadCached(join(dirname(file), id)) : plain(id))
  script.runInThisContext()(module.exports, Object.assign(near, plain), module, file, dirname(file))
  module.loaded = true
  // After the run, so that what it compiled on the way is kept too.
  if (uid === process.geteuid() && (cachedData === undefined || script.cachedDataRejected)) {
    if (fresh.length === 0) process.once('exit', keepAll)
    fresh.push([script, cached, kind])
  }
  return module.exports
}

/** What the package's own owner has kept; nobody else's code is run. */
function readIfThere(path, uid) {
  try {
    return statSync(path).uid === uid ? readFileSync(path) : undefined
  } catch {
    return undefined
  }
}

/** What this run compiled. */
const fresh = []

function keepAll() {
  for (const [script, path, kind] of fresh) keep(script, path, kind)
}

function keep(script, path, kind) {
  try {
    mkdirSync(CACHE, { recursive: true })
    for (const old of readdirSync(CACHE)) if (old.startsWith(kind)) rmSync(join(CACHE, old))
    const unfinished = `${path}.${process.pid}`
    writeFileSync(unfinished, script.createCachedData())
    renameSync(unfinished, path)
  } catch {
    // A read-only installation: every start compiles anew.
  }
}
