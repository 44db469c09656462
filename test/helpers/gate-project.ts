import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { GateCommand } from '../../src/cli/gate/gate-command.ts'
import BaselineShow from '../../src/commands/baseline/show.ts'
import BaselineUpdate from '../../src/commands/baseline/update.ts'
import Check from '../../src/commands/check.ts'
import type { GateRun, Measurer, RunRequest } from '../../src/model/gate/measurer.ts'
import type { ServerPlan } from '../../src/model/gate/scenario.ts'
import { gateRun } from './gate-runs.ts'
import { type Outcome, runCommand, type World } from './run-command.ts'

/** What a fake program does when it is run for the nth time, counted from 0, warm-ups among them. */
export type FakeProgram = (request: RunRequest, run: number) => GateRun

/** A request as the measurer got it. */
export interface Request extends RunRequest {
  readonly plan: ServerPlan | null
}

/**
 * A directory with files and a repository's root, in which commands run with programs that do not: what a run measures
 * is given. Its programs are `./prog` and `./old`.
 */
export class GateProject implements Disposable {
  readonly path: string
  /** Every run that was asked for. */
  readonly requests: Request[] = []
  /** What a run measures. */
  behaviour: FakeProgram = () => gateRun()
  readonly #parent: string
  readonly #home = process.cwd()

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.#parent = realpathSync(mkdtempSync(join(tmpdir(), 'mmapctl-gate-')))
    this.path = join(this.#parent, 'head')
    mkdirSync(join(this.path, '.git'), { recursive: true })
    for (const program of ['prog', 'old']) this.program(program)
    for (const [file, text] of Object.entries(files)) this.write(file, text)
  }

  /** Measures a program that always does the same. */
  always(parts: Parameters<typeof gateRun>[0] = {}): this {
    this.behaviour = () => gateRun(parts)
    return this
  }

  /** Adds a program. */
  program(file: string): void {
    this.write(file, '#!/bin/sh\n')
    chmodSync(join(this.path, file), 0o755)
  }

  check(argv: readonly string[], world: World = {}): Promise<Outcome> {
    return this.#run(Check, argv, world)
  }

  update(argv: readonly string[] = [], world: World = {}): Promise<Outcome> {
    return this.#run(BaselineUpdate, argv, world)
  }

  show(argv: readonly string[] = [], world: World = {}): Promise<Outcome> {
    return this.#run(BaselineShow, argv, world)
  }

  write(file: string, text: string): void {
    const path = join(this.path, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }

  remove(file: string): void {
    rmSync(join(this.path, file))
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), 'utf8')
  }

  has(file: string): boolean {
    return existsSync(join(this.path, file))
  }

  [Symbol.dispose](): void {
    rmSync(this.#parent, { recursive: true, force: true })
  }

  async #run(command: Parameters<typeof runCommand>[0], argv: readonly string[], world: World): Promise<Outcome> {
    const measure = async (request: RunRequest, plan: ServerPlan | null): Promise<GateRun> => {
      this.requests.push({ ...request, plan })
      return this.behaviour(request, this.requests.length - 1)
    }
    const measurer: Measurer = { run: (request) => measure(request, null), serve: measure }
    const { measurer: real } = GateCommand
    GateCommand.measurer = measurer
    this.requests.length = 0
    process.chdir(this.path)
    try {
      return await runCommand(command, argv, {
        ...world,
        env: { PATH: '/usr/bin:/bin', HOME: '/home/me', ...world.env },
      })
    } finally {
      process.chdir(this.#home)
      GateCommand.measurer = real
    }
  }
}
