// Start-up: what packages that we bundle ask of the machine when they are loaded, and what we never ask them. Each pulls
// parts of Node into every start (child_process 4 ms, tty and net 3 ms, a stream for stderr 0.5 ms on Node 20).
const NAMESPACE = 'stand-in-package'

const STAND_INS = {
  // oclif asks it. mmapctl runs on Linux alone.
  'wsl-utils': 'export const isWsl = false; export default false',
  // oclif's log of itself, whose lines would stand in our stderr where a DEBUG is set for another program.
  debug: 'export default () => () => undefined',
  // chalk's own look at the terminal: whoever makes a palette says whether it has colours.
  '#supports-color': 'export default { stdout: false, stderr: false }',
}

/** esbuild plugin: puts the stand-ins in the places of the packages. */
export const standIns = {
  name: 'stand-ins',
  setup(build) {
    const filter = new RegExp(`^(?:${Object.keys(STAND_INS).join('|')})$`)
    build.onResolve({ filter }, ({ path }) => ({ path, namespace: NAMESPACE }))
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({ contents: STAND_INS[path], loader: 'js' }))
  },
}
