import { copyFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BIN, lines, mmapctl, NOBODYS_PID, NODE, ROOT, shell, temporary } from './mmapctl.ts'

const PID = String(process.pid)

/** Wrong command lines and what their one line must say. */
const WRONG: readonly (readonly [args: readonly string[], said: RegExp])[] = [
  [['maps'], /no TARGET; give a PID/],
  [['maps', '0'], /0 is not a process ID/],
  [['maps', '-5'], /-5 is not a process ID/],
  [['maps', '99999999'], /99999999 is not a process ID; process IDs are 1 to 4194304/],
  [['maps', ''], /an empty TARGET/],
  [['faults', 'ls', '-la'], /unexpected "ls"; put the program and its arguments behind --/],
  [['faults', '--quiet', 'ls'], /Unexpected argument: ls; put the program and its arguments behind --/],
  [['faults', '--pid', 'test/fixtures/captures/redis-before.mmapcap'], /--pid needs a process that runs/],
  [['maps', './server'], /without its directory/],
  [['maps', PID, '--nope'], /unknown flag --nope/],
  [['maps', PID, '--colum', 'rss'], /unknown flag --colum; did you mean --columns\?/],
  [['maps', PID, '--limit'], /--limit/],
  [['maps', PID, '--limit', '-1'], /--limit: .*-1/],
  [['maps', PID, '--limit', 'many'], /--limit: .*many/],
  [['maps', PID, '--color', 'pink'], /--color=pink .*auto, always, never/],
  [['maps', PID, '--group-by', 'size'], /kind, path, perms, name, none/],
  [['maps', PID, '--json', '--csv'], /--json .*--csv/],
  [['maps', PID, '--ndjson', '--json'], /--json|--ndjson/],
  [['maps', PID, '--min-rss', '5M'], /--min-rss does not take "5M"; write it as one of 4096/],
  [['maps', PID, '--max-stall', '5'], /--max-stall does not take "5"; write it as one of 20ms/],
  [['maps', PID, '--addr', 'zz'], /--addr does not take "zz"/],
  [['maps', PID, '--perms', 'q'], /--perms does not take "q"/],
  [['maps', PID, '--kind', 'librarry'], /no kind "librarry"; did you mean library\?/],
  [['maps', PID, '--path', '['], /--path does not take "\["/],
  [['maps', PID, '--columns', 'rrs'], /no column "rrs"; did you mean rss/],
  [['maps', PID, '--sort', 'foo'], /--sort does not take "foo"/],
  [['maps', PID, '--basic', '--all-fields'], /--all-fields does not go with --basic/],
  [['maps', '--pgrep', '('], /--pgrep does not take "\("/],
  [['maps', PID, '--procfs', '/nonexistent'], /--procfs \/nonexistent: no such directory/],
  [['map', PID], /unknown command map; did you mean maps\?/],
  [['1234'], /unknown command 1234; did you mean mmapctl maps 1234\?/],
  [['toString'], /unknown command toString/],
  [['help', 'toString'], /unknown command toString/],
  [['\u001b[31mred\n'], /unknown command \\x1b\[31mred\\x0a/],
  [['--json'], /unknown flag --json/],
]

describe('a wrong command line', () => {
  test.each(WRONG)('%j: status 2 and exactly one line', async (args, said) => {
    const { status, stdout, stderr } = await mmapctl(args)
    expect({ status, stdout: stdout.replace(/^\{.*\}\n$/, '') }).toEqual({ status: 2, stdout: '' })
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toMatch(/^mmapctl: /)
    expect(stderr).toMatch(said)
  })

  test('never takes a PID from standard input', async () => {
    const { status, stdout, stderr } = await shell('echo 42 | mmapctl maps')
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/no TARGET/)
  })
})

describe('a file in the working directory', () => {
  const capture = join(ROOT, 'test/fixtures/captures/redis-before.mmapcap')
  test('is a capture by its ending, or with its directory; a bare name is a process’s', async () => {
    using folder = temporary()
    copyFileSync(capture, join(folder.path, 'redis.mmapcap'))
    copyFileSync(capture, join(folder.path, 'redis-at-noon'))
    truncateSync(join(folder.path, 'redis.mmapcap'), 1000)
    const inside = async (word: string) => {
      const { status, stderr } = await shell(`cd '${folder.path}' && '${NODE}' '${BIN}' maps '${word}' -q`)
      return [status, stderr.trim()]
    }
    expect(await inside('./redis-at-noon')).toEqual([0, ''])
    const hint = 'the capture of that name is given with its directory: ./redis-at-noon'
    expect(await inside('redis-at-noon')).toEqual([4, `mmapctl: no process is named "redis-at-noon"; ${hint}`])
    const [status, broken] = await inside('redis.mmapcap')
    expect(status).toBe(4)
    expect(broken).toContain('redis.mmapcap is not a capture that can be read: its end is missing')
  })
})

describe('errors under --json', () => {
  const cases: readonly (readonly [name: string, args: readonly string[], status: number, code: string])[] = [
    ['usage', ['maps', '--json'], 2, 'usage'],
    ['an unknown flag', ['maps', PID, '--nope', '--json'], 2, 'usage'],
    ['a flag’s value', ['maps', PID, '--limit', 'x', '--json'], 2, 'usage'],
    ['no such process', ['maps', String(NOBODYS_PID), '--json'], 4, 'no-such-process'],
    ['no such name', ['maps', 'no-such-program-here', '--json'], 4, 'no-such-name'],
    ['not a procfs', ['maps', '1', '--procfs', 'src', '--json'], 4, 'not-procfs'],
  ]
  test.each(cases)('%s: the same status, and nothing but schema and error', async (_name, args, status, code) => {
    const run = await mmapctl(args)
    expect(run.status).toBe(status)
    const document = JSON.parse(run.stdout) as { schema: string; error: object }
    expect(Object.keys(document)).toEqual(['schema', 'error'])
    expect(document.schema).toBe('mmapctl/error@1')
    expect(document.error).toMatchObject({ code, message: expect.any(String) })
    expect(Object.keys(document.error)).toEqual(['code', 'message', 'hint'])
    expect(lines(run.stderr)).toHaveLength(1)
  })
})
