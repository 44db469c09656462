import * as Args from '@oclif/core/args'
import { RULES } from '../analysis/rules/index.ts'
import { BaseCommand } from '../cli/base-command.ts'
import { wantsColour } from '../cli/colour.ts'
import { EXIT, type ExitStatus } from '../cli/exit.ts'
import { ALL_TOPICS, meaningsOf, nearTopics } from '../cli/explain-topics.ts'
import { outputFlags } from '../cli/flags.ts'
import { UsageError } from '../cli/usage-error.ts'
import { explainJson } from '../output/explain-json.ts'
import { writeIndex, writeRule, writeTopic } from '../output/explain-text.ts'
import { schemaName } from '../output/json.ts'
import { createPalette } from '../output/palette.ts'

export default class Explain extends BaseCommand {
  static override id = 'explain'

  static override summary = 'Explain a field, flag, name, setting, column, fault or rule.'

  static override description =
    'What it is, since which kernel, how to read it and where mmapctl shows it. Without a topic, the list of all.'

  static override examples = [
    { description: 'A field of smaps', command: '<%= config.bin %> explain Pss' },
    { description: 'A VmFlag', command: '<%= config.bin %> explain hg' },
    { description: 'A rule of doctor', command: '<%= config.bin %> explain mapping-count' },
    { description: 'Everything that can be explained', command: '<%= config.bin %> explain' },
  ]

  static override usage = 'explain [TOPIC]'

  static override args = {
    topic: Args.string({
      description: 'what to explain; several words are one topic',
      multiple: true,
      ignoreStdin: true,
    }),
  }

  static override flags = {
    json: { ...outputFlags.json, description: 'one JSON document' },
    color: outputFlags.color,
  }

  protected override async execute(): Promise<ExitStatus> {
    const { args, flags } = await this.parse(Explain)
    const write = (text: string): void => this.io.stdout.write(text)
    const word = (args.topic ?? []).join(' ')
    const { topics, rules } = word === '' ? { topics: ALL_TOPICS, rules: RULES } : meaningsOf(word)
    if (topics.length + rules.length === 0) {
      const near = nearTopics(word)
      const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : 'without a topic, explain lists all'
      throw new UsageError(`nothing explains "${word}"`, hint)
    }
    if (flags.json) {
      write(`${JSON.stringify({ schema: schemaName('explain', 1), ...explainJson(topics, rules) }, null, 2)}\n`)
      return EXIT.ok
    }
    const palette = createPalette(wantsColour(flags.color, this.io.stdout, this.io.env))
    const style = { palette, width: this.io.stdout.columns }
    if (word === '') writeIndex(topics, rules, style, write)
    else this.#each(topics, rules, style, write)
    return EXIT.ok
  }

  #each(
    topics: readonly Parameters<typeof writeTopic>[0][],
    rules: readonly Parameters<typeof writeRule>[0][],
    style: Parameters<typeof writeTopic>[1],
    write: (text: string) => void,
  ): void {
    let first = true
    const separate = (): void => {
      if (!first) write('\n')
      first = false
    }
    for (const topic of topics) {
      separate()
      writeTopic(topic, style, write)
    }
    for (const rule of rules) {
      separate()
      writeRule(rule, style, write)
    }
  }
}
