import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { BIN, NODE } from '../e2e/mmapctl.ts'

/** How long a screen may take to show something, however busy the machine is. */
const PATIENCE_MS = 25_000

let terminals = 0

/** A shell in a real terminal: keys are sent to it, and its screen is read. */
export class Tmux implements Disposable {
  readonly #socket: string

  constructor(columns: number, rows: number, directory: string) {
    terminals++
    this.#socket = `mmapctl-test-${process.pid}-${terminals}`
    const env = { ...process.env, PS1: '$ ', NO_COLOR: '1', LC_ALL: 'C.UTF-8' }
    const size = ['-x', String(columns), '-y', String(rows)]
    const args = ['-u', '-f', '/dev/null', 'new-session', '-d', ...size, '-c', directory, 'bash --norc --noprofile']
    const { status, stderr } = spawnSync('tmux', ['-L', this.#socket, ...args], { env, encoding: 'utf8' })
    if (status !== 0) throw new Error(`tmux does not start: ${stderr}`)
  }

  /** Starts the packaged command, with `$?` shown when it ends. */
  start(...args: readonly string[]): void {
    this.send('-l', `clear; '${NODE}' '${BIN}' ${args.join(' ')}; echo "exit: $?"`)
    this.send('Enter')
  }

  /** Keys as tmux names them. */
  send(...keys: readonly string[]): void {
    this.#run('send-keys', ...keys)
  }

  resize(columns: number, rows: number): void {
    this.#run('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** The lines of the screen. */
  get lines(): string[] {
    return this.#run('capture-pane', '-p').split('\n').slice(0, -1)
  }

  /** Whether programs have the alternate screen, and whether the cursor is hidden. */
  get state(): { readonly alternate: boolean; readonly cursor: boolean } {
    const [alternate, cursor] = this.#run('display-message', '-p', '#{alternate_on} #{cursor_flag}').trim().split(' ')
    return { alternate: alternate === '1', cursor: cursor === '1' }
  }

  /** The command that the shell runs. */
  get child(): number {
    const shell = this.#run('display-message', '-p', '#{pane_pid}').trim()
    return Number(readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')[0])
  }

  /** Waits until the screen says something; returns it. */
  async until(wanted: RegExp | string | ((text: string) => boolean)): Promise<string> {
    const fits = (text: string): boolean =>
      typeof wanted === 'function'
        ? wanted(text)
        : typeof wanted === 'string'
          ? text.includes(wanted)
          : wanted.test(text)
    for (const end = performance.now() + PATIENCE_MS; ; ) {
      const text = this.lines.join('\n')
      if (fits(text)) return text
      if (performance.now() > end) throw new Error(`the screen never shows ${wanted}:\n${text}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  [Symbol.dispose](): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'])
  }

  #run(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`)
    return stdout
  }
}
