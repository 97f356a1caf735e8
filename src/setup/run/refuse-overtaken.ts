import { existsSync } from 'node:fs'
import { SignetError } from '../../core/signet-error.ts'
import type { RunProgress } from './run-progress.ts'

/**
 * Refuses a run that another one has overtaken, such as that of the first boot: progress that was not there when this one was
 * planned. What the other made would be undone for this one's.
 */
export function refuseOvertaken({ progress }: { readonly progress: RunProgress | undefined }, file: string): void {
  if (progress !== undefined || !existsSync(file)) return
  throw new SignetError('try-later', 'another run has begun on this host meanwhile; nothing was changed', {
    hint: 'see how far it is: cat /root/setup.log; where it has ended, run this again',
  })
}
