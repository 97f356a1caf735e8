import type { SignetError } from './signet-error.ts'

/** A failure as every Signet program and answer puts it on standard error. */
export function formatFailureLines({ message, hint }: SignetError): string {
  const hintLine = hint === undefined ? '' : `signet: hint: ${hint}\n`
  return `signet: error: ${message}\n${hintLine}`
}
