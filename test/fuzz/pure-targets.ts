import type { FailureCode } from '../../src/core/failure-code.ts'
import { formatFailureLines } from '../../src/core/failure-lines.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import { judgeMessage, limitPacketSize } from '../../src/endpoint/ssh-front/judge-message.ts'
import { parseAuthorityAnswer, parseAuthorityRequest, parseFailure } from '../../src/protocol/authority-message.ts'
import { decodeCsrInput, maxInputBytes } from '../../src/protocol/csr-input.ts'
import { LineSplitter } from '../../src/protocol/line-splitter.ts'
import { isMasterName, isMemberName } from '../../src/protocol/names.ts'
import { parseRelayAnswer, parseRelayCall, parseRelayInput } from '../../src/protocol/relay-message.ts'
import { parseWord } from '../../src/protocol/word.ts'
import { parseCertificate } from '../../src/x509/parse-certificate.ts'
import { parseCsr } from '../../src/x509/parse-csr.ts'
import { parsePem } from '../../src/x509/pem.ts'
import { buildSignedCsr } from './signed-csr.ts'

/** Something that takes bytes from strangers. `run` throws on whatever must not happen. */
export interface PureTarget {
  readonly name: string
  readonly corpus: string
  /** Of 100 cases, how many this target gets. */
  readonly share: number
  /** Whether the bytes were accepted. */
  readonly run: (bytes: Buffer) => boolean
}

export const pureTargets: readonly PureTarget[] = [
  { name: 'csr', corpus: 'csr', share: 20, run: (bytes) => accepts('bad-data', () => parseCsrTwice(bytes)) },
  // A right signature over a wrong CSR, so that what comes after the signature is reached too.
  {
    name: 'signed-csr',
    corpus: 'csr-body',
    share: 15,
    run: (bytes) => accepts('bad-data', () => parseCsrTwice(buildSignedCsr(bytes))),
  },
  {
    name: 'certificate',
    corpus: 'certificate',
    share: 10,
    run: (bytes) => accepts('bad-data', () => void parseCertificate(bytes)),
  },
  {
    name: 'pem',
    corpus: 'csr-input',
    share: 5,
    run: (bytes) => accepts('bad-data', () => void parsePem(bytes.toString('latin1'), 'CERTIFICATE REQUEST')),
  },
  { name: 'ssh-message', corpus: 'ssh-packet', share: 10, run: checkMessage },
  { name: 'csr-input', corpus: 'csr-input', share: 10, run: (bytes) => accepts('bad-data', () => decodeTwice(bytes)) },
  {
    name: 'word',
    corpus: 'word',
    share: 10,
    run: (bytes) => accepts('usage', () => checkWord(bytes.toString('utf8'))),
  },
  { name: 'lines', corpus: 'socket-line', share: 5, run: (bytes) => accepts('bad-data', () => splitTwoWays(bytes)) },
  {
    name: 'authority-request',
    corpus: 'socket-line',
    share: 5,
    run: (bytes) => accepts('bad-data', () => void parseAuthorityRequest(bytes.toString('utf8'))),
  },
  {
    name: 'authority-answer',
    corpus: 'socket-line',
    share: 5,
    run: (bytes) => accepts('unavailable', () => checkAuthorityAnswer(bytes.toString('utf8'))),
  },
  {
    name: 'relay',
    corpus: 'socket-line',
    share: 5,
    run: (bytes) => [parseRelayCall, parseRelayInput, parseRelayAnswer].some((parse) => runRelay(parse, bytes)),
  },
]

function runRelay(parse: (line: string) => unknown, bytes: Buffer): boolean {
  return accepts('bad-data', () => void parse(bytes.toString('utf8')))
}

function accepts(code: FailureCode, action: () => void): boolean {
  try {
    action()
    return true
  } catch (error) {
    if (!(error instanceof SignetError) || error.code !== code) throw error
    checkFailureLines(error)
    return false
  }
}

// Whatever was sent, callers and logs get printable lines.
function checkFailureLines(error: SignetError): void {
  const lines = formatFailureLines(error)
  if (!/^(signet: (error|hint): [\x20-\x7e]+\n)+$/.test(lines)) throw new Error(`not printable: ${lines}`)
}

// Whatever reaches ssh2 has numbers that it can bear.
function checkMessage(bytes: Buffer): boolean {
  const message = Buffer.from(bytes)
  if (judgeMessage(message, { isLoggedIn: true, readWindow: () => 1 }) !== undefined) return false
  limitPacketSize(message)
  if (message[0] !== 90) return true
  const at = 5 + message.readUInt32BE(1)
  const packetSize = message.readUInt32BE(at + 8)
  if (packetSize < 256 || packetSize > 32_768) throw new Error(`packets of ${packetSize} bytes were let through`)
  const rest = [message.subarray(0, at + 8), message.subarray(at + 12)]
  if (!Buffer.concat(rest).equals(Buffer.concat([bytes.subarray(0, at + 8), bytes.subarray(at + 12)])))
    throw new Error('a message was changed')
  return true
}

function parseCsrTwice(bytes: Buffer): void {
  const [one, other] = [parseCsr(bytes), parseCsr(Buffer.from(bytes))]
  if (one.commonName !== other.commonName) throw new Error('one CSR has two names')
  // The name is compared with a word, and goes into messages.
  if (one.commonName.length > 64 * 2) throw new Error('the name is too long')
}

function decodeTwice(bytes: Buffer): void {
  const der = decodeCsrInput(bytes)
  if (bytes.length > maxInputBytes) throw new Error('was too long, and accepted')
  const again = decodeCsrInput(Buffer.from(der.toString('base64')))
  // DER that begins like PEM is taken for PEM; everything else has one reading.
  if (!again.equals(der)) throw new Error('one input has two readings')
}

function checkWord(text: string): void {
  const word = parseWord(text)
  if (word.kind === 'plain' || word.kind === 'none') return
  const isName = word.kind === 'client' ? isMasterName(word.name) : isMemberName(word.name)
  const whole = word.kind === 'client' ? word.name : `${word.name}=`
  if (!isName || !text.includes(whole) || /[^\w.:=-]/.test(text.trim())) throw new Error(`accepted ${text}`)
}

function checkAuthorityAnswer(line: string): void {
  const answer = parseAuthorityAnswer(line)
  if ('failure' in answer) checkFailureLines(parseFailure(answer.failure))
}

// However the bytes are cut into chunks, the lines are the same, or it is refused.
function splitTwoWays(bytes: Buffer): void {
  const whole = new LineSplitter(512).push(bytes)
  const byOne = new LineSplitter(512)
  const lines = Array.from(bytes, (byte) => byOne.push(Buffer.of(byte))).flat()
  if (JSON.stringify(whole) !== JSON.stringify(lines)) throw new Error('lines depend on how they were cut')
}
