import { setTimeout as delay } from 'node:timers/promises'
import { SignetError } from '../../../src/core/signet-error.ts'

/** Does what wants the lock of a process that was just killed: the kernel lets go of it a moment after that process has ended. */
export async function onceLetGo<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof SignetError && error.code === 'try-later') || attempt === 100) throw error
      await delay(50)
    }
  }
}
