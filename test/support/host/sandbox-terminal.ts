import type { SandboxFixture } from './sandbox-fixture.ts'

// What keeps Node from painting, or has it paint, whatever the terminal is (tty.WriteStream.getColorDepth).
const unset = ['NO_COLOR', 'FORCE_COLOR', 'NODE_DISABLE_COLORS', 'CI', 'TF_BUILD', 'TEAMCITY_VERSION', 'COLORTERM']
const plainEnvironment = `env ${unset.map((name) => `-u ${name}`).join(' ')}`

/** Runs signet at a terminal of its own, so many columns wide; all that was written on it. */
export async function writtenAt(
  sandbox: SandboxFixture,
  columns: number,
  line: string,
  variables = '',
): Promise<string> {
  const typed = `stty cols ${columns}; TERM=xterm ${variables} ${sandbox.signetLine(line)}`
  const { stdout } = await sandbox.run(`${plainEnvironment} script -qec '${typed}' /dev/null < /dev/null`)
  return stdout.replaceAll('\r\n', '\n').replaceAll('\u001b', '<ESC>')
}

/** The same, without the line that told of a wait. */
export async function atTerminal(...typed: Parameters<typeof writtenAt>): Promise<string> {
  return (await writtenAt(...typed)).split('\r<ESC>[K').at(-1) ?? ''
}
