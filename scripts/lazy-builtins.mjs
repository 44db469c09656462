// Start-up: of Node's own modules some are loaded before any program runs, and the others when they are first asked for:
// child_process costs 4 ms, tty and net 3 ms. Most runs need none of them, so a part loads them when it first uses them.

/** Loaded by Node itself, or used by nearly every run. */
const AT_START = new Set(['buffer', 'events', 'fs', 'path', 'url', 'util'])

const REQUIRE = /^var (import_\w+) = ((?:__toESM\()?require\("node:(\w+)"\)\)?);$/gm

/** A part in CommonJS, as esbuild makes it of an ES module, whose other modules of Node wait until they are used. */
export function lazyBuiltins(source) {
  const lazy = [...source.matchAll(REQUIRE)].filter(([, , , name]) => !AT_START.has(name))
  let code = source
  for (const [line, variable, load] of lazy) {
    code = code
      .replace(line, '')
      .replace(new RegExp(`\\b${variable}\\b`, 'g'), `load_${variable}()`)
      // Hoisted: a module may be used before the line that asked for it.
      .concat(`\nvar kept_${variable};\nfunction load_${variable}() {\n  return (kept_${variable} ??= ${load});\n}\n`)
  }
  return code
}
