'use strict'
// Reading and compiling its parts is a third of a start. So the parts that a command has used are kept together with
// their compiled form: the 54 of `maps` are read from three files (up to a seventh less CPU time than one by one). These lie
// beside the package, never in the shared directory that Node would choose: who may write here may change the program
// anyway, and nobody else can plant code for root to run. Only the owner of the package keeps anything: root must not
// leave files in a user's directories.
const fs = require('node:fs')
const { basename, dirname, join } = require('node:path')
const { constants, Script } = require('node:vm')

// What `node:module` exports; asking for it takes half a millisecond.
const Module = module.constructor

const CACHE = join(__dirname, '..', '.cache')
/** What esbuild calls a part that several others share; every other one is asked for by a name of its own. */
const SHARED = /^\.\/chunk-/

/** Loads a CommonJS file of ours, and those that it requires. */
exports.load = loadNamed

function loadNamed(file) {
  return require.cache[file]?.exports ?? loadPart(file, openPack(file))
}

/** Loads a part, from the pack where it is in it. */
function loadPart(file, pack) {
  if (require.cache[file] !== undefined) return require.cache[file].exports
  let run = pack.parts[basename(file)]
  if (run === undefined) {
    run = compile(Module.wrap(fs.readFileSync(file, 'utf8')), file).runInThisContext()
    pack.added.push(basename(file))
  }
  const module = new Module(file, null)
  module.filename = file
  // What oclif requires by itself must be the same.
  require.cache[file] = module
  const folder = dirname(file)
  const near = (id) => {
    // Packages are found from here as from there.
    if (!id.startsWith('./')) return require(id)
    const wanted = folder + id.slice(1)
    return SHARED.test(id) ? loadPart(wanted, pack) : loadNamed(wanted)
  }
  near.resolve = require.resolve
  near.main = require.main
  run.call(module.exports, module.exports, near, module, file, folder)
  module.loaded = true
  return module.exports
}

function compile(source, filename, cachedData) {
  const importModuleDynamically = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER
  return new Script(source, { filename, cachedData, importModuleDynamically })
}

/** The packs of this run; what is new in them is kept at its end. */
const opened = []

/** A part that is asked for by its name, with those that it requires, as far as they were kept. */
function openPack(file) {
  const { mtimeMs, size, uid } = fs.statSync(file)
  const kind = `${process.version}-${process.arch}-${basename(file).replace(/(?:-[A-Z0-9]{8})?\.cjs$/, '')}-`
  const path = join(CACHE, `${kind}${size}-${Math.round(mtimeMs)}.pack`)
  const pack = { kind, path, folder: dirname(file), names: [], parts: {}, script: null, compiled: false, added: [] }
  try {
    const kept = readPack(path, uid, beginning(file))
    const script = compile(kept.source, path, kept.compiled)
    const parts = script.runInThisContext()
    Object.assign(pack, { names: kept.names, script, compiled: script.cachedDataRejected === false, parts })
  } catch {
    // Not there, not the owner's, or not whole: what a crash left of it must not keep the program from starting.
  }
  if (uid === process.geteuid()) {
    if (opened.length === 0) process.once('exit', keepAll)
    opened.push(pack)
  }
  return pack
}

/** What the package's own owner has kept, whole and of this build; nobody else's code is run. Throws when there is none. */
function readPack(path, uid, wanted) {
  const descriptor = fs.openSync(path)
  try {
    if (fs.fstatSync(descriptor).uid !== uid) throw new Error('kept by another')
    const bytes = fs.readFileSync(descriptor)
    const start = bytes.indexOf('\n') + 1
    const { names, sizes } = JSON.parse(bytes.toString('utf8', 0, start))
    const end = start + sizes.source
    if (bytes.length !== end + sizes.compiled) throw new Error('not whole')
    const compiled = sizes.compiled === 0 ? undefined : bytes.subarray(end)
    // ASCII (see `keep`), which is made a string in half the time as latin1.
    const source = bytes.latin1Slice(start, end)
    if (!source.startsWith(wanted)) throw new Error('of another build')
    return { names, source, compiled }
  } finally {
    fs.closeSync(descriptor)
  }
}

/**
 * How the pack of a part begins. Sizes and times of a file tell builds apart in a working copy; npm gives all files one
 * time. But a part names those that it requires by a hash of what they hold.
 */
function beginning(file) {
  return `({${entryOf(file)}`
}

function entryOf(file) {
  return `${JSON.stringify(basename(file))}:${functionOf(fs.readFileSync(file, 'utf8'))}`
}

/** A run keeps what it used, the next one its compiled form: only code of a pack can be compiled for a pack. */
function keepAll() {
  for (const pack of opened) {
    try {
      if (pack.added.length > 0) keep(pack, [...pack.names, ...pack.added], undefined)
      else if (!pack.compiled) keep(pack, pack.names, pack.script.createCachedData())
    } catch {
      // A read-only installation: every start compiles anew.
    }
  }
}

function keep({ kind, path, folder }, names, compiled = Buffer.alloc(0)) {
  const text = `({${names.map((name) => entryOf(join(folder, name))).join(',')}})`
  const source = Buffer.from(text)
  // The build escapes whatever is not ASCII.
  if (source.length !== text.length) return
  const head = JSON.stringify({ names, sizes: { source: source.length, compiled: compiled.length } })
  fs.mkdirSync(CACHE, { recursive: true })
  for (const old of fs.readdirSync(CACHE)) if (old.startsWith(kind)) fs.rmSync(join(CACHE, old))
  const unfinished = `${path}.${process.pid}`
  fs.writeFileSync(unfinished, Buffer.concat([Buffer.from(`${head}\n`), source, compiled]))
  fs.renameSync(unfinished, path)
}

/** The body of a part as Node would wrap it, without the semicolon at its end. */
function functionOf(source) {
  return Module.wrap(source).trimEnd().replace(/;$/, '')
}
