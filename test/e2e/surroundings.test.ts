import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BIN, JAVA_PID, JAVA_PROCFS, mmapctl, NODE, ROOT, run, shell, temporary } from './mmapctl.ts'

const JAVA = ['maps', String(JAVA_PID), '--procfs', join(ROOT, JAVA_PROCFS)] as const
const COMMANDS = [['--version'], ['--help'], ['maps', '--help'], [...JAVA], [...JAVA, '--json']] as const

/** A plugin as oclif's users install one, which leaves a mark when it is loaded. */
function plantPlugin(home: string, mark: string): void {
  const data = join(home, '.local/share/mmapctl')
  const plugin = join(data, 'node_modules/evil')
  mkdirSync(plugin, { recursive: true })
  const code = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, '')\n`
  const hooks = { init: './hook.js' }
  writeFileSync(
    join(data, 'package.json'),
    JSON.stringify({
      name: 'mmapctl',
      dependencies: { evil: '1.0.0' },
      oclif: { schema: 1, plugins: [{ name: 'evil', type: 'user', tag: '1.0.0' }] },
    }),
  )
  writeFileSync(
    join(plugin, 'package.json'),
    JSON.stringify({ name: 'evil', version: '1.0.0', main: 'hook.js', oclif: { commands: './commands', hooks } }),
  )
  writeFileSync(join(plugin, 'hook.js'), code)
  mkdirSync(join(plugin, 'commands'))
  writeFileSync(join(plugin, 'commands/maps.js'), code)
}

describe('what surrounds the command does not decide what it does', () => {
  test('code that a file in the home directory names is never loaded', async () => {
    using home = temporary()
    const mark = join(home.path, 'loaded')
    plantPlugin(home.path, mark)
    for (const args of COMMANDS) {
      const { status, stderr } = await mmapctl(args, { env: { HOME: home.path } })
      expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
    }
    expect(existsSync(mark)).toBe(false)
  })

  test('nothing is written to the home directory', async () => {
    using home = temporary()
    for (const args of [...COMMANDS, ['maps', '--nope'], ['nope']]) await mmapctl(args, { env: { HOME: home.path } })
    expect(home.entries()).toEqual([])
  })

  test.each([
    ['missing', '/nonexistent'],
    ['empty', ''],
    ['a device', '/dev/null'],
    ['full of line feeds', '/tmp/\n\n'],
  ])('HOME that is %s', async (_name, HOME) => {
    for (const args of COMMANDS) {
      const { status, stderr } = await mmapctl(args, { env: { HOME } })
      expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
    }
  })

  test('a theme in the home directory changes nothing', async () => {
    using home = temporary()
    mkdirSync(join(home.path, '.config/mmapctl'), { recursive: true })
    writeFileSync(join(home.path, '.config/mmapctl/theme.json'), '{ not json')
    const { status, stderr } = await mmapctl(['maps', '--help'], { env: { HOME: home.path } })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test.each(['development', 'test', 'production'])('NODE_ENV=%s', async (NODE_ENV) => {
    for (const args of COMMANDS) {
      const { status, stderr } = await mmapctl(args, { env: { NODE_ENV } })
      expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
    }
  })

  test('a TypeScript project of oclif commands as the working directory', async () => {
    using project = temporary()
    writeFileSync(join(project.path, 'tsconfig.json'), '{"compilerOptions": {"outDir": "dist", "rootDir": "src"}}')
    writeFileSync(
      join(project.path, 'package.json'),
      JSON.stringify({ name: 'other', version: '9.9.9', oclif: { bin: 'other', commands: './dist/commands' } }),
    )
    mkdirSync(join(project.path, 'src/commands'), { recursive: true })
    writeFileSync(join(project.path, 'src/commands/maps.ts'), 'throw new Error("loaded")\n')
    for (const args of COMMANDS) {
      const { status, stdout, stderr } = await mmapctl(args, {
        cwd: project.path,
        env: { NODE_ENV: 'development' },
      })
      expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' })
      expect(stdout).not.toContain('9.9.9')
    }
  })

  test('a package that nobody may write to', async () => {
    using folder = temporary()
    for (const part of ['package.json', 'oclif.manifest.json', 'bin', 'dist']) {
      cpSync(join(ROOT, part), join(folder.path, part), { recursive: true })
    }
    chmodSync(folder.path, 0o555)
    const before = folder.entries()
    const { status, stderr } = await mmapctl(JAVA, { cwd: folder.path })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(folder.entries()).toEqual(before)
    chmodSync(folder.path, 0o755)
  })

  test('without a descriptor to spare, or without /proc, it is said in one line', async () => {
    const few = await shell('ulimit -n 24; mmapctl faults -- true')
    expect(few.stderr).not.toMatch(/^ +at |a bug in mmapctl/m)
    if (few.status === 4) expect(few.stderr).toMatch(/^mmapctl: .*too many open files.*\n$/)
    const inside = (script: string) => run('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', script])
    if ((await inside('umount -l /proc')).status !== 0) return
    const none = await inside(`umount -l /proc; '${NODE}' '${BIN}' ps`)
    expect(none.stderr).toBe('mmapctl: no procfs is mounted on /proc; mount -t proc proc /proc\n')
    expect(none.status).toBe(4)
  })
})
