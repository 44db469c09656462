import { describe, expect, test } from 'vitest'
import manifest from '../../oclif.manifest.json' with { type: 'json' }
import { BIN, has, mmapctl, NODE, run } from './mmapctl.ts'

const BOLD = '\u001b[1m'
const WORDS = [[], ['baseline'], ...Object.keys(manifest.commands).map((id) => id.split(':'))]

describe('the help that was worded when the package was built', () => {
  test.each(WORDS.map((words) => ({ words })))('is that of the command: $words', async ({ words }) => {
    const kept = await mmapctl([...words, '--help'])
    expect(kept).toMatchObject({ status: 0, stderr: '' })
    // Said twice, it is worded anew.
    expect(await mmapctl([...words, '--help', '--help'])).toEqual(kept)
  })

  test('has colours where they are wanted', async () => {
    const asked = (env: Record<string, string>): Promise<{ stdout: string }> => mmapctl(['maps', '--help'], { env })
    const { stdout } = await asked({ FORCE_COLOR: '1' })
    expect(stdout).toContain(`${BOLD}USAGE`)
    expect((await asked({ FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain(BOLD)
    expect((await asked({})).stdout).toBe(stdout.replaceAll(/\u001b\[\d+m/g, ''))
  })

  // A word of 66 columns, the values of a flag, cannot be broken.
  test.for([
    [60, 66],
    [80, 80],
    [200, 80],
  ] as const)('on a terminal of %i columns takes no more than %i', async ([columns, most], context) => {
    if (!has('script')) return context.skip('needs script of util-linux')
    for (const words of ['maps', 'maps 1']) {
      const command = `stty cols ${columns}; '${NODE}' '${BIN}' ${words} --help`
      const { status, stdout } = await run('script', ['-qec', command, '/dev/null'], { env: { NO_COLOR: '1' } })
      const widest = Math.max(...stdout.split('\r\n').map((line) => line.length))
      expect({ words, status, widest }).toEqual({ words, status: 0, widest: expect.toSatisfy(within(most)) })
    }
  })
})

function within(most: number): (width: number) => boolean {
  return (width) => width <= most && width > most - 12
}
