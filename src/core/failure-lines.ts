import { type FailureCode, failureTable } from './failure-code.ts'
import type { SignetError } from './signet-error.ts'

/**
 * A failure as every Signet program and answer puts it on standard error. The code stands last and in brackets: scripts
 * match the beginning of the line, and the RUNBOOK is sorted by code.
 */
export function formatFailureLines({ code, message, hint }: SignetError): string {
  const hintLine = hint === undefined ? '' : `signet: hint: ${hint}\n`
  return `signet: error: ${message} ${formatCode(code)}\n${hintLine}`
}

/** The same for whoever puts `signet: ` before what it says, and goes on: without that and the last newline. */
export function formatFailureNote(failure: SignetError): string {
  return formatFailureLines(failure).trimEnd().slice('signet: '.length)
}

/** What follows `signet: error: ` in such a line without the code, which older programs did not put there. */
export function withoutFailureCode(text: string): string {
  return text.replace(/ \[[a-z-]{1,20}, status [0-9]{1,3}\]$/, '')
}

function formatCode(code: FailureCode): string {
  return `[${code}, status ${failureTable[code].exitStatus}]`
}
