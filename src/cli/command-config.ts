import { Config } from '@oclif/core/config'
import pjson from '../../package.json' with { type: 'json' }

/**
 * oclif's configuration as far as a command asks for it while it runs.
 *
 * Loading the whole of it finds plugins, topics and the manifest, which only help needs: 10 ms of a start of 60.
 */
export class CommandConfig extends Config {
  override bin = pjson.oclif.bin
  override name = pjson.name
  override version = pjson.version
  override dirname = pjson.oclif.dirname
  override topicSeparator = ' ' as const
  override userAgent = `${pjson.name}/${pjson.version} ${process.platform}-${process.arch} node-${process.version}`

  constructor(root: string) {
    super({ root })
    this.root = root
  }

  /** There are no plugins, and so no hooks. */
  override async runHook(): Promise<{ successes: []; failures: [] }> {
    return { successes: [], failures: [] }
  }
}
