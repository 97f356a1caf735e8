import type { SignerProcesses } from '../signer/signer-processes.ts'
import { askWord, logInOver, openFrom } from './ssh2-caller.ts'

const maxAnswerMs = 1000
const lookMs = 20
// Whatever else this machine does: a front that has stood still for so long has not been kept from its work.
const maxWaitMs = 30_000

/**
 * Whether a caller from another address is answered within a second. On a machine with other work it is the front's own
 * second, of CPU time: one that loops for ever has used it up soon. Whoever is cut off meanwhile, by a limit of time that such
 * a machine is too slow for, calls again.
 */
export async function isAnsweredSoon(signer: SignerProcesses, address: string): Promise<boolean> {
  const [startedMs, startedCpuMs] = [performance.now(), signer.readCpuMs()]
  const isOver = (): boolean => {
    const waitedMs = performance.now() - startedMs
    return waitedMs > maxWaitMs || (waitedMs > maxAnswerMs && signer.readCpuMs() - startedCpuMs > maxAnswerMs)
  }
  for (let asked = ask(signer.port, address); signer.isRunning && !isOver(); ) {
    const result = await Promise.race([asked, pause(lookMs)])
    if (result === 'answered') return true
    if (result === 'cut off') asked = ask(signer.port, address)
  }
  return false
}

async function ask(port: number, address: string): Promise<'answered' | 'cut off'> {
  try {
    const client = await logInOver(await openFrom(address, port))
    return (await askWord(client, 'get-certificate')).status === 0 ? 'answered' : 'cut off'
  } catch {
    return 'cut off'
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
