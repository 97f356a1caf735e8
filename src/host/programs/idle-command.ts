/** A command line that leaves processor and disk to everybody else: by nice(1) and ionice(1), which every Debian has. */
export function idleCommand(line: readonly string[]): readonly string[] {
  return ['nice', '-n', '19', 'ionice', '-c', '3', ...line]
}
