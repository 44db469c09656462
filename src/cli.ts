/** Entry of the packaged command line. */
export { main } from './cli/main.ts'
