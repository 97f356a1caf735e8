import { SignetError } from '../core/signet-error.ts'
import { maxInputBytes } from './csr-input.ts'

// By hand and not by a schema: the relay is a process a call, and every import would delay every answer.

/** Longest line on the relay's socket, either way: base64 of the input, or a certificate and its frame. */
export const maxRelayLineBytes = 64 * 1024

/** Longest command handed on. Longer ones are cut: they are still longer than any word, and refused as such. */
const maxCommandLength = 1024

/** How a call begins: who calls, and the command as it came, or null where a shell was asked for. */
export interface RelayCall {
  readonly address: string
  readonly command: string | null
}

/** What the relay is to write and how it is to end. */
export interface RelayAnswer {
  readonly exitStatus: number
  readonly stdout: string
  readonly stderr: string
}

/** Asks the relay for its standard input. Words that read none never ask, so that no caller is kept waiting. */
export const inputRequest = '{"send":"input"}'

/** The first line of a call. */
export function formatRelayCall({ address, command }: RelayCall): string {
  return JSON.stringify({ address, command: command === null ? null : command.slice(0, maxCommandLength) })
}

/** The call in a relay's first line. Throws `bad-data`. */
export function parseRelayCall(line: string): RelayCall {
  const { address, command } = parseObject(line)
  if (typeof address === 'string' && (typeof command === 'string' || command === null)) return { address, command }
  throw malformed('a call')
}

/** The relay's answer to `inputRequest`: standard input to its end, or one byte more than is allowed. */
export function formatRelayInput(input: Buffer): string {
  return JSON.stringify({ input: input.subarray(0, maxInputBytes + 1).toString('base64') })
}

/** Standard input, as the relay sent it. Throws `bad-data`. */
export function parseRelayInput(line: string): Buffer {
  const { input } = parseObject(line)
  if (typeof input === 'string') return Buffer.from(input, 'base64')
  throw malformed('standard input')
}

/** The last line of a call. */
export function formatRelayAnswer({ exitStatus, stdout, stderr }: RelayAnswer): string {
  return JSON.stringify({ exitStatus, stdout, stderr })
}

/** The answer in an endpoint's line. Throws `bad-data`. */
export function parseRelayAnswer(line: string): RelayAnswer {
  const { exitStatus, stdout, stderr } = parseObject(line)
  if (isStatus(exitStatus) && typeof stdout === 'string' && typeof stderr === 'string') {
    return { exitStatus, stdout, stderr }
  }
  throw malformed('an answer')
}

// 255 is ssh's own.
function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 255
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {}
  return {}
}

function malformed(what: string): SignetError {
  return new SignetError('bad-data', `a line on the relay socket is not ${what}`)
}
