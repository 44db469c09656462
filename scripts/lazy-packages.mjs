// Start-up: Node reads and compiles the whole bundle before its first line runs, 5 ms for every 100 KB on Node 20. So
// packages that only some runs need become files of their own, dist/lazy/NAME.cjs, loaded on first use; `src/` imports
// them in the ordinary way.
const STAND_IN = 'stand-in'

/** Needed for colours, globs, for short tables, for names that are not ASCII, and, all the others, for help. */
export const LAZY_PACKAGES = [
  'ansi-escapes',
  'chalk',
  'cli-spinners',
  'cli-table3',
  'ejs',
  'lilconfig',
  'minimatch',
  'picomatch',
  'string-width',
  'tinyglobby',
]

/** Of those that have no default export to speak of, the classes that are imported by name. */
const CLASSES = { chalk: ['Chalk'] }

/** esbuild plugin: takes the lazy packages out of a bundle. */
export const lazyPackages = {
  name: 'lazy-packages',
  setup(build) {
    const filter = new RegExp(`^(?:${LAZY_PACKAGES.join('|')})$`)
    build.onResolve({ filter }, ({ path, kind }) => {
      if (kind === 'entry-point') return undefined
      // A require is where it is needed (see lazy-requires.mjs); an import runs first of all, so it gets a stand-in.
      return kind === 'require-call' ? { path: fileOf(path), external: true } : { path, namespace: STAND_IN }
    })
    build.onLoad({ filter: /.*/, namespace: STAND_IN }, ({ path }) => ({ contents: standIn(path), loader: 'js' }))
  },
}

function fileOf(name) {
  return `./lazy/${name}.cjs`
}

/** What loads the package when it is first called, made or looked into: its default export, or its classes. */
function standIn(name) {
  const load = `
let loaded
const load = () => (loaded ??= require(${JSON.stringify(fileOf(name))}))
`
  const classes = CLASSES[name]?.map(
    (type) => `export function ${type}(...args) { return new (load().${type})(...args) }`,
  )
  if (classes !== undefined) return load + classes.join('\n')
  return `${load}
module.exports = new Proxy(function () {}, {
  get: (_, key) => load()[key],
  apply: (_, self, args) => load().apply(self, args),
  construct: (_, args) => new (load())(...args),
})
`
}
