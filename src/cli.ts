/** Entry of the packaged command line. oclif finds the commands in this file, so it is loaded once for both. */
export { main } from './cli/main.ts'
export { COMMANDS } from './commands/index.ts'
