import type { SignerProcesses } from './signer-processes.ts'
import { askWord, logInOver, openFrom } from './ssh2-caller.ts'

const maxAnswerMs = 1000
const lookMs = 20
// Whatever else this machine does: a front that has stood still for so long has not been kept from its work.
const maxWaitMs = 30_000

/**
 * Whether a caller from another address is answered within a second. On a machine with other work it is the front's own
 * second, of CPU time: one that loops for ever has used it up soon.
 */
export async function isAnsweredSoon(signer: SignerProcesses, address: string): Promise<boolean> {
  const startedMs = performance.now()
  const startedCpuMs = signer.readCpuMs()
  let status: number | undefined
  const asked = ask(signer.port, address).then(
    (answered) => {
      status = answered
    },
    () => {},
  )
  const isOver = (): boolean => {
    const waitedMs = performance.now() - startedMs
    return waitedMs > maxWaitMs || (waitedMs > maxAnswerMs && signer.readCpuMs() - startedCpuMs > maxAnswerMs)
  }
  for (let isDone = false; !isDone && signer.isRunning && !isOver(); ) {
    isDone = await Promise.race([asked.then(() => true), pause(lookMs).then(() => false)])
  }
  return status === 0
}

async function ask(port: number, address: string): Promise<number | undefined> {
  const client = await logInOver(await openFrom(address, port))
  return (await askWord(client, 'get-certificate')).status
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
