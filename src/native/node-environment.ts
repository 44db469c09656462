/**
 * Our environment for a Node of our own, without what the user tells Node: options are meant for other programs, and
 * NODE_EXTRA_CA_CERTS makes every start read all certificates.
 */
export function nodeEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')))
}
