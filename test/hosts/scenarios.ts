import type { Scenario } from './runner/scenario.ts'
import { alerts } from './scenarios/alerts.ts'
import { caKey } from './scenarios/ca-key.ts'
import { clocks } from './scenarios/clocks.ts'
import { cutJoin } from './scenarios/cut-join.ts'
import { elsewhere } from './scenarios/elsewhere.ts'
import { embeddedEndpoint } from './scenarios/embedded-endpoint.ts'
import { etcdUpgrade } from './scenarios/etcd-upgrade.ts'
import { etcdUse } from './scenarios/etcd-use.ts'
import { everythingLost } from './scenarios/everything-lost.ts'
import { expiredMember } from './scenarios/expired.ts'
import { firewall } from './scenarios/firewall.ts'
import { founding } from './scenarios/founding.ts'
import { hardenedHost } from './scenarios/hardened-host.ts'
import { interruptedInit, interruptedJoin } from './scenarios/interrupted.ts'
import { journalFull } from './scenarios/journal-full.ts'
import { manyCalls } from './scenarios/many-calls.ts'
import { metrics } from './scenarios/metrics.ts'
import { ownEtcd } from './scenarios/own-etcd.ts'
import { packageLife } from './scenarios/package-life.ts'
import { powerCut } from './scenarios/power-cut.ts'
import { putBackScript } from './scenarios/put-back.ts'
import { quorumLost } from './scenarios/quorum-lost.ts'
import { quorumLostAt34, quorumLostAt36 } from './scenarios/quorum-lost-elsewhere.ts'
import { reboot } from './scenarios/reboot.ts'
import { replaceMember } from './scenarios/replace-member.ts'
import { savedKey } from './scenarios/saved-key.ts'
import { services } from './scenarios/services.ts'
import { shippedTimer } from './scenarios/shipped-timer.ts'
import { signerAccount } from './scenarios/signer-account.ts'
import { signerAndQuorumLost } from './scenarios/signer-and-quorum-lost.ts'
import { signerLost } from './scenarios/signer-lost.ts'
import { snapshotCopy } from './scenarios/snapshot-copy.ts'
import { snapshotSave } from './scenarios/snapshot-save.ts'
import { snapshots } from './scenarios/snapshots.ts'
import { sshFront } from './scenarios/ssh-front.ts'
import { timer } from './scenarios/timer.ts'
import { unattended } from './scenarios/unattended.ts'
import { unevenSurvivors } from './scenarios/uneven-survivors.ts'

/** Everything that happens to hosts, in this order. One file each; a new one is named here. */
export const scenarios: readonly Scenario[] = [
  unattended,
  packageLife,
  ownEtcd,
  embeddedEndpoint,
  hardenedHost,
  ...founding,
  elsewhere,
  signerAccount,
  sshFront,
  caKey,
  services,
  metrics,
  snapshots,
  firewall,
  savedKey,
  etcdUpgrade,
  etcdUse,
  snapshotSave,
  snapshotCopy,
  manyCalls,
  putBackScript,
  reboot,
  powerCut,
  replaceMember,
  cutJoin,
  quorumLost,
  everythingLost,
  clocks,
  journalFull,
  timer,
  expiredMember,
  interruptedInit,
  interruptedJoin,
  signerLost,
  signerAndQuorumLost,
  unevenSurvivors,
  quorumLostAt34,
  quorumLostAt36,
  alerts,
  shippedTimer,
]
