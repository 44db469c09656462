// The parts of the command line are ES modules when esbuild has split them, and CommonJS when they are run: a start has no
// time for Node's loader of ES modules. esbuild's own conversion exports through getters, which a start makes twice, and
// which are looked up wherever a part calls another's function. Here a part takes what it imports into constants: an
// eighth less CPU time for a start of `maps`, a tenth for 65,000 mappings.
import { basename } from 'node:path'

const IMPORT = /^import \{([^}]*)\} from ("\.\/[^"]+");$/gm
/** For order's sake alone: what no name is taken from need not run, since loading a module of ours does nothing else. */
const BARE_IMPORT = /^import "\.\/[^"]+";\n/gm
const EXPORT = /^export \{([^}]*)\};$/m

/** A part that imports and exports as CommonJS does; `source` as esbuild writes an ES module. */
export function asCommonJs(source) {
  const code = source.replace(BARE_IMPORT, '').replace(IMPORT, (_line, names, file) => {
    return `const {${pairs(names, (from, to) => `${from}: ${to}`)}} = require(${file});`
  })
  return code.replace(EXPORT, (_line, names) => {
    return `module.exports = { __esModule: true, ${pairs(names, (from, to) => `${to}: ${from}`)} };`
  })
}

/** `a, b as c` in other words. */
function pairs(names, worded) {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const [from, to = from] = name.split(' as ')
      return worded(from, to)
    })
    .join(', ')
}

/** Throws where parts import one another in a circle: a constant would be read before it has its value. */
export function refuseCircles(outputs) {
  const done = new Set()
  const follow = (file, path) => {
    if (path.includes(file)) throw new Error(`parts import one another: ${[...path, file].map(basename).join(' → ')}`)
    if (done.has(file)) return
    done.add(file)
    for (const { path: next, kind } of outputs[file]?.imports ?? [])
      if (kind === 'import-statement') follow(next, [...path, file])
  }
  for (const file of Object.keys(outputs)) follow(file, [])
}
