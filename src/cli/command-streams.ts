/** Where a command writes: data, and what is for people. */
export interface CommandStreams {
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
}

/** Says a line to people. */
export function sayOn({ stderr }: Pick<CommandStreams, 'stderr'>): (line: string) => void {
  return (line) => void stderr.write(`signet: ${line}\n`)
}

/** Warns people of what could not be done but is no failure. */
export function warnOn(streams: Pick<CommandStreams, 'stderr'>): (text: string) => void {
  const say = sayOn(streams)
  return (text) => say(`warning: ${text}`)
}

/** Prints an object as one line of JSON. */
export function printJson({ stdout }: Pick<CommandStreams, 'stdout'>, value: object): void {
  stdout.write(`${JSON.stringify(value)}\n`)
}

/** Prints lines of data. */
export function printLines({ stdout }: Pick<CommandStreams, 'stdout'>, lines: readonly string[]): void {
  stdout.write(lines.map((line) => `${line}\n`).join(''))
}
