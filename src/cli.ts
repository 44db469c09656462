/** Entry of the packaged command line. */
export { HELP_MACHINE } from './cli/help-pages.ts'
export { main } from './cli/main.ts'
