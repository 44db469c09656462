import type { Measurer } from '../../model/gate/measurer.ts'
import { liveTrees } from '../../sources/trees.ts'
import { BaseCommand } from '../base-command.ts'
import type { WorldMaker } from './world.ts'

/** Loaded with the first run: help needs none of it. */
const PROGRAMS: Measurer = {
  run: async (request) => await (await import('./program-measurer.ts')).programMeasurer.run(request),
  serve: async (request, plan) => await (await import('./program-measurer.ts')).programMeasurer.serve(request, plan),
}

/** What the commands that measure scenarios share. */
export abstract class GateCommand extends BaseCommand {
  /** Replaced in tests. */
  static measurer: Measurer = PROGRAMS

  /** The arguments before `--`, and those behind it. */
  protected get parts(): { readonly own: string[]; readonly words: readonly string[] | null } {
    const at = this.argv.indexOf('--')
    // What stands behind `--` is the program's, to the letter.
    return at < 0 ? { own: this.argv, words: null } : { own: this.argv.slice(0, at), words: this.argv.slice(at + 1) }
  }

  /** The world as it is. */
  protected readonly worlds: WorldMaker = (signal, progress) => {
    return {
      measurer: GateCommand.measurer,
      trees: liveTrees(),
      env: this.io.env,
      cwd: process.cwd(),
      day: new Date().toISOString().slice(0, 10),
      signal,
      progress,
      tool: `${this.config.bin} ${this.config.version}`,
    }
  }
}
