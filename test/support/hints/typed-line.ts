import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { buildProgram } from '../../../src/cli/program.ts'

/** Programs that hints and examples may name besides `signet`; each is on every host where it is named, or is installed. */
export const knownPrograms = [
  ...['openssl', 'ssh', 'ssh-keygen', 'systemctl', 'journalctl', 'systemd-escape', 'timedatectl', 'hostnamectl'],
  ...['ls', 'df', 'mv', 'cp', 'rm', 'chmod', 'chown', 'date', 'head', 'tail', 'grep', 'touch', 'base64', 'printf'],
  ...[
    'ip',
    'ss',
    'getent',
    'pgrep',
    'whereis',
    'flock',
    'apt',
    'namei',
    'findmnt',
    'lsattr',
    'chattr',
    'dmesg',
    'man',
    'sshd',
    'etcd',
    'jq',
    'npm',
  ],
  ...['usermod', 'gpasswd', 'chage', 'sed', 'dpkg-reconfigure', 'kubeadm'],
] as const

/** A program of the list at the beginning of a command, with something behind it. */
export const programPattern = new RegExp(
  `(?:^|[:;|(] ?|&& |then |\\bor )(?:${['signet', ...knownPrograms].join('|')})(?: |$)`,
)

/** The words of each call of `signet` in a line of `sh`. Nothing else of it is run: no other program is found. */
export function signetCalls(line: string): readonly (readonly string[])[] {
  const idle = knownPrograms.map((name) => `alias ${name}=:\n`).join('')
  const record = `signet() { printf '%s\\0' "$@" >&3; printf '\\n\\0' >&3; }\n`
  const { output } = runAside(`${record}${idle}${withoutPlaces(line)}\n`)
  const said = output[2] ?? ''
  if (/syntax error|unterminated/i.test(said)) throw new Error(`${said}: ${line}`)
  const calls: string[][] = [[]]
  for (const word of (output[3] ?? '').split('\0').slice(0, -1)) {
    if (word === '\n') calls.push([])
    else calls.at(-1)?.push(word)
  }
  return calls.slice(0, -1)
}

// What the line writes to a file goes to a directory that nobody else has, and to no file of this machine.
function runAside(script: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'signet-typed-'))
  try {
    const env = { PATH: '/nonexistent' }
    return spawnSync('/bin/sh', ['-c', script], {
      cwd,
      env,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    })
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

function withoutPlaces(line: string): string {
  return line.replace(/>(>?\s*)(?:\/|~)[^\s;|&)]*/g, '>$1/dev/null')
}

/** Why the command line would not take these words; undefined where it would. Nothing is run. */
export async function refusalOfWords(words: readonly string[]): Promise<string | undefined> {
  try {
    await idleProgram().parseAsync(words, { from: 'user' })
    return undefined
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return said === '(outputHelp)' ? undefined : said
  }
}

/** The options that the command line reads in these words. */
export async function optionsOf(words: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const program = idleProgram()
  let options = {}
  program.hook('preAction', (_, command) => {
    options = command.opts()
  })
  await program.parseAsync(words, { from: 'user' })
  return options
}

// With commands that do nothing: only what stands before them is looked at.
function idleProgram(): Command {
  const program = buildProgram(() => Promise.resolve())
  for (const command of program.commands) silence(command)
  return program
}

function silence(command: Command): void {
  command.exitOverride()
  command.configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} })
  for (const inner of command.commands) silence(inner)
  if (command.commands.length === 0) command.action(() => {})
}
