/**
 * A command line that leaves processor and disk to everybody else, and is the first to go where memory runs out: by nice(1),
 * ionice(1) and choom(1), which every Debian has. Where they may not, as in a service that may change no priority, it runs all the same.
 */
export function idleCommand(line: readonly string[]): readonly string[] {
  return ['choom', '-n', '900', '--', 'nice', '-n', '19', 'ionice', '-t', '-c', '3', ...line]
}
