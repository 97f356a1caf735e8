import { createInterface } from 'node:readline/promises'

/** Where a question is asked, and answered. */
interface Terminal {
  readonly stdin: NodeJS.ReadStream
  readonly stderr: NodeJS.WriteStream
}

/** Asks a question that only `y` or `yes` affirms; undefined where nobody sits at a terminal. Ctrl-C and Ctrl-D are no. */
export async function confirmAtTerminal(
  question: string,
  { stdin, stderr }: Terminal,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  if (!stdin.isTTY || !stderr.isTTY) return undefined
  // Not raw: the terminal itself echoes, and Ctrl-C is the signal that it always is.
  const asking = createInterface({ input: stdin, output: stderr, terminal: false })
  const ended = new Promise<string>((resolve) => asking.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([asking.question(`${question} [y/N] `, { signal }), ended])
    return /^y(es)?$/i.test(answer.trim())
  } catch {
    return false
  } finally {
    asking.close()
  }
}
