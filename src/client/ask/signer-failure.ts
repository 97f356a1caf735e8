import { type FailureCode, failureTable, isFailureCode } from '../../core/failure-code.ts'
import { withoutFailureCode } from '../../core/failure-lines.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { ProgramEnd } from '../../host/programs/run-with-input.ts'
import { defaultPairCommands } from '../pair/pair-commands.ts'
import { byHand } from './by-hand.ts'
import type { Signer } from './signer.ts'
import { shutOut, sshCauses } from './ssh-causes.ts'

/** ssh's own exit status: the word never ran, or the connection broke. */
const sshFailureStatus = 255
const maxLineLength = 400

/** Whether ssh refused because the signer's host key is not the remembered one. */
export function isChangedHostKey({ exitStatus, stdout, stderr }: ProgramEnd): boolean {
  // A signer could write these words itself; it gains nothing, for its answer must chain to the installed CA.
  const said = /REMOTE HOST IDENTIFICATION HAS CHANGED/.test(stderr.toString('latin1'))
  return exitStatus === sshFailureStatus && stdout.length === 0 && said
}

/** The failure in how an ssh call to a signer ended; undefined where it is an answer. */
export function signerFailure(signer: Signer, end: ProgramEnd, request?: string): SignetError | undefined {
  const { how, exitStatus } = end
  if (how === 'exited') return exitStatus === 0 ? emptyAnswer(signer, end) : statusFailure(signer, end, request)
  if (how === 'too-much-output') {
    return new SignetError('bad-data', `${subject(signer)} answered with over 64 KiB`, {
      hint: `see what answers there: ${byHand(signer, 'get-certificate')} | head`,
    })
  }
  const what = how === 'timed-out' ? 'did not answer in time' : 'was not heard to the end'
  return new SignetError('unavailable', `${subject(signer)} ${what}`, { hint: networkHint(signer) })
}

/** The refusal of a host key that is not the remembered one. */
export function changedHostKey(signer: Signer): SignetError {
  const { knownHostsFile } = signer
  return new SignetError('refused', `the host key of ${subject(signer)} is not the remembered one`, {
    hint: `if the signer was set up again, forget the old key: ssh-keygen -f ${quoteShell(knownHostsFile)} -R ${quoteShell(knownName(signer))}`,
  })
}

// The name of a signer in messages.
function subject({ address, port }: Signer): string {
  return `the signer ${address}${port === undefined ? '' : ` port ${port}`}`
}

function emptyAnswer(signer: Signer, { stdout }: ProgramEnd): SignetError | undefined {
  if (stdout.length > 0) return undefined
  return new SignetError('bad-data', `${subject(signer)} answered with nothing`, {
    hint: `see what answers there: ${byHand(signer, 'get-status')}`,
  })
}

function statusFailure(signer: Signer, { exitStatus, stderr }: ProgramEnd, request?: string): SignetError {
  const said = stderr.toString('latin1')
  if (exitStatus === sshFailureStatus) return sshFailure(signer, said, request)
  const message = signetLine(said, 'error') ?? `ended with status ${exitStatus}`
  const hint = signetLine(said, 'hint') ?? `see for yourself: ${byHand(signer, 'get-status')}`
  return new SignetError(codeOf(exitStatus), `${subject(signer)}: ${message}`, { hint })
}

function codeOf(exitStatus: number | null): FailureCode {
  const codes = Object.keys(failureTable).filter(isFailureCode)
  return codes.find((code) => failureTable[code].exitStatus === exitStatus) ?? 'unavailable'
}

/** Whether sshd let this host come so far and no further: calling again changes nothing, and is punished (OpenSSH 9.8). */
export function isShutOut({ message }: SignetError): boolean {
  return message.includes(` ${shutOut} (ssh: `)
}

function sshFailure(signer: Signer, said: string, request = defaultPairCommands.request): SignetError {
  const cause = sshCauses.find((candidate) => candidate.said.test(said))
  const last = said.trim().split('\n').at(-1)?.trim() ?? ''
  const quoted = last === '' ? '' : ` (ssh: ${quoteUntrusted(last)})`
  const hint = cause?.hint(signer, request) ?? networkHint(signer)
  const { code, what } = cause ?? { code: 'unavailable', what: 'cannot be reached by ssh' }
  const whole = code === 'configuration' ? what : `${subject(signer)} ${what}`
  return new SignetError(code, `${whole}${quoted}`, { hint })
}

// What the signer says goes to a terminal and to logs: escapes and forged lines stop here (CWE-117, CWE-150).
function signetLine(said: string, kind: 'error' | 'hint'): string | undefined {
  const prefix = `signet: ${kind}: `
  const line = said.split('\n').find((candidate) => candidate.startsWith(prefix))
  if (line === undefined) return undefined
  // Whoever asked puts the code behind it once more, which it takes from the exit status.
  const text = withoutFailureCode(line.slice(prefix.length).replace(/\r$/, ''))
  return /^[\x20-\x7e]+$/.test(text) && text.length <= maxLineLength ? text : quoteUntrusted(text)
}

function networkHint(signer: Signer): string {
  return `see the network between here and there: ${byHand(signer, 'get-status')}`
}

function knownName({ address, port }: Signer): string {
  return port === undefined || port === 22 ? address : `[${address}]:${port}`
}
