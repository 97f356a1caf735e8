import type { Scenario } from './runner/scenario.ts'
import { clocks } from './scenarios/clocks.ts'
import { cutJoin } from './scenarios/cut-join.ts'
import { elsewhere } from './scenarios/elsewhere.ts'
import { expiredMember } from './scenarios/expired.ts'
import { founding } from './scenarios/founding.ts'
import { interruptedInit, interruptedJoin } from './scenarios/interrupted.ts'
import { journalFull } from './scenarios/journal-full.ts'
import { leaderLost } from './scenarios/leader-lost.ts'
import { powerCut } from './scenarios/power-cut.ts'
import { putBackScript } from './scenarios/put-back.ts'
import { reboot } from './scenarios/reboot.ts'
import { replaceMember } from './scenarios/replace-member.ts'
import { shippedTimer } from './scenarios/shipped-timer.ts'
import { timer } from './scenarios/timer.ts'
import { unattended } from './scenarios/unattended.ts'

/** Everything that happens to hosts, in this order. One file each; a new one is named here. */
export const scenarios: readonly Scenario[] = [
  ...founding,
  elsewhere,
  putBackScript,
  reboot,
  powerCut,
  replaceMember,
  cutJoin,
  clocks,
  journalFull,
  timer,
  expiredMember,
  unattended,
  interruptedInit,
  interruptedJoin,
  leaderLost,
  shippedTimer,
]
