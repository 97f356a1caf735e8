/** Options by their names; a list is one that is given several times. */
export type TypedOptions = Readonly<Record<string, string | number | readonly string[] | undefined>>

/**
 * A run's arguments in one canonical text, in the order in which they are given here: as they are typed, since a run that was
 * interrupted is told to be typed again.
 */
export function formatArguments(command: string, options: TypedOptions, more: readonly string[] = []): string {
  const words = Object.entries(options).flatMap(([name, given]) =>
    [given ?? []].flat().map((one) => `--${name}=${one}`),
  )
  return [command, ...words, ...more].join(' ')
}
