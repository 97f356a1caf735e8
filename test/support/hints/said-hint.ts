/** The hint on a failure's standard error; the last one, where there are several. */
export function saidHint(stderr: string): string {
  return [...stderr.matchAll(/^signet: hint: (.*)$/gm)].at(-1)?.[1] ?? ''
}

/** What of a hint is to be typed: from where it begins as `start` says, with placeholders filled in. */
export function commandIn(hint: string, start: RegExp, fill: Readonly<Record<string, string>> = {}): string {
  const command = start.exec(hint)?.[1]
  if (command === undefined) throw new Error(`nothing to type like ${start} in the hint: ${hint}`)
  return Object.entries(fill).reduce(
    (text, [name, value]) => text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), value),
    command,
  )
}
