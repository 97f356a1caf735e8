/** A word as a shell reads it back: what people are told to type must mean what it says. */
export function quoteShell(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
