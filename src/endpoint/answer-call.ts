import { formatFailureLines } from '../core/failure-lines.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import { parseWord, type Word } from '../protocol/word.ts'
import { answerCertificateWord } from './answer-certificate-word.ts'
import { answerPlainWord } from './answer-plain-word.ts'
import type { Answer, Call } from './call.ts'
import type { EndpointWorld } from './endpoint-world.ts'
import { helpText } from './help-text.ts'

/** Answers a call. Never rejects: what goes wrong is the answer, with nothing on standard output. */
export async function answerCall(call: Call, world: EndpointWorld): Promise<Answer> {
  // What a caller typed never becomes a name that is counted: words and codes are ours, and few.
  let counted = 'unknown'
  try {
    refuseOutsider(call, world)
    refuseTooMany(call, world)
    const word = parseWord(call.command)
    counted = word.kind === 'plain' ? word.word : word.kind
    if (word.kind === 'none') return answerNoWord()
    const stdout = await answerWord(word, call, world)
    world.tally.add(`${counted} ok`)
    return { exitStatus: 0, stdout, stderr: '' }
  } catch (caught) {
    const error = asSignetError(caught)
    reportFailure(error, call, world)
    world.tally.add(`${counted} ${error.code}`)
    return answerFailure(error)
  }
}

/** A failure as its caller sees it. */
export function answerFailure(error: SignetError): Answer {
  return { exitStatus: error.exitStatus, stdout: '', stderr: formatFailureLines(error) }
}

// Nothing on standard output, above all: `ssh signer@LEADER "$HOSTNAME" > client.crt` with the variable unset must not
// leave a usage text, and a status of 0, where the certificate was.
function answerNoWord(): Answer {
  const failure = answerFailure(
    new SignetError('usage', 'no word was sent', {
      hint: 'put one behind signer@LEADER; in a script, see whether the variable that holds it is empty',
    }),
  )
  return { ...failure, stderr: `${failure.stderr}\n${helpText}` }
}

function answerWord(word: Exclude<Word, { kind: 'none' }>, call: Call, world: EndpointWorld): Promise<string> {
  return word.kind === 'plain' ? answerPlainWord(word.word, world) : answerCertificateWord(word, call, world)
}

// Before the word is even looked at: to be placed on the control-plane network is the only authentication there is.
function refuseOutsider({ address }: Call, { isAllowed }: EndpointWorld): void {
  if (isAllowed(address)) return
  throw new SignetError('refused', `${address} is outside the control-plane networks`, {
    hint: 'place this host on the control-plane network, or ask root of the signer to edit signet.yaml',
  })
}

// Only callers from inside the networks are counted: nobody else's calls can fill the memory of the limiter.
function refuseTooMany({ address }: Call, { requests, clock }: EndpointWorld): void {
  const waitMs = requests.take(address, clock.now())
  if (waitMs === 0) return
  throw new SignetError('try-later', `too many requests from ${address}`, {
    hint: `try again in ${Math.ceil(waitMs / 1000)} s`,
  })
}

function reportFailure(error: SignetError, { address, command }: Call, { log, refusals }: EndpointWorld): void {
  const { code, message, cause, exitStatus: status } = error
  refusals.warn(code, { address, word: quoteUntrusted(command ?? ''), status, reason: message }, 'not answered')
  if (code === 'internal' && cause instanceof Error) log.error({ stack: cause.stack ?? '' }, cause.message)
}
