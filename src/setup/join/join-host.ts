import { askStatus } from '../../client/ask/ask-status.ts'
import { parseTypedSigner, requireSignerIp, type TypedSigner } from '../../client/typed-signer.ts'
import { realTime } from '../../core/clock.ts'
import { parseIpAddress } from '../../core/ip-address.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readAddressTowards } from '../../host/net/advertised-address.ts'
import { readEtcdChoice } from '../etcd-binaries/read-etcd-choice.ts'
import { removeFirstBoot } from '../first-boot.ts'
import type { HostWorld } from '../host-world.ts'
import { clearPassage, memberPassages, requirePassage } from '../member/ensure-passage.ts'
import { type OwnAddresses, parseOwnAddresses } from '../member/own-addresses.ts'
import { planMemberPlace, planOwnMember } from '../member/own-member.ts'
import { systemdMember } from '../member/systemd-member.ts'
import { refuseInTheWay } from '../refuse-in-the-way.ts'
import type { Audience } from '../run/audience.ts'
import { fileProgress } from '../run/file-progress.ts'
import { refuseOvertaken } from '../run/refuse-overtaken.ts'
import { readSetupFile } from '../setup-file.ts'
import { applyJoin } from './apply-join.ts'
import { HostSigner } from './host-signer.ts'
import { readJoinFacts } from './join-facts.ts'
import type { JoinReceipt } from './join-receipt.ts'
import { checkPin, type JoinPlan, planJoin } from './plan-join.ts'

/** Whom this host joins and as what, as typed; the usual where nothing is said. */
export interface JoinAnswers extends Omit<TypedSigner, 'bind'> {
  readonly pin?: string
  readonly name?: string
  /** One for each family at most; the first is the one that its certificate holds. */
  readonly address?: readonly string[]
  /** A directory with the etcd that this host is to run. */
  readonly etcd?: string
  /** The largest database that etcd takes, such as `8GiB`. */
  readonly quota?: string
  /** A file that answers what the options do not. */
  readonly config?: string
}

/** Who hears of a join as it goes on. */
export interface JoinAudience extends Audience<JoinReceipt> {
  readonly onWarning: (text: string) => void
}

/** Reads everything that decides whether and how this host joins; changes nothing. */
export async function readJoinPlan({ config, ...given }: JoinAnswers, world: HostWorld): Promise<JoinPlan> {
  const { layout, files } = world
  const answers = { ...(await readSetupFile('join', config, files)), ...given }
  // Before anything of the host is read: without it nothing else matters.
  const signerIp = requireSignerIp(answers.signerIp)
  const progress = await fileProgress(layout.progress, files).load()
  await refuseInTheWay(world, progress, [layout.caKey, layout.caCertificate])
  await requirePassage(world, memberPassages(world))
  const addresses = await planAddresses(signerIp, answers.address)
  const place = planMemberPlace(world, { ...addresses, name: answers.name, quota: answers.quota })
  const owner = await world.readOwner('etcd')
  const typed = { ...answers, signerIp: parseIpAddress(signerIp) ?? signerIp, bind: place.address }
  const signer = parseTypedSigner(typed, { knownHostsFile: layout.knownHosts, hostKeyPolicy: 'remember' })
  const told = await askStatus(signer, world)
  // Before anything is decided by what was told.
  checkPin({ signer, ...told, expectedPin: answers.pin })
  const { etcd, found: etcds } = await readEtcdChoice(world, {
    named: answers.etcd,
    clusterVersion: told.status.clusterVersion,
    progress,
  })
  const own = planOwnMember(place, etcd)
  const subject = { own, etcds, owner, signer, ...told, expectedPin: answers.pin, progress }
  return planJoin(await readJoinFacts(subject, world))
}

/** Joins. Run again after an interruption, it goes on. */
export async function joinHost(plan: JoinPlan, audience: JoinAudience, world: HostWorld): Promise<JoinReceipt> {
  const { layout, files, signal } = world
  const { listener, onWarning, conclude } = audience
  refuseOvertaken(plan.facts, layout.progress)
  await clearPassage(world, memberPassages(world))
  const signer = new HostSigner(plan.facts, { ...world, onWarning })
  const joining = {
    signer,
    member: systemdMember(world, { own: plan.facts.own, state: 'existing' }),
    connect: () => signer.connect(),
    progress: fileProgress(layout.progress, files, layout.runDirectories),
    time: realTime,
    listener,
    signal,
  }
  return applyJoin(plan, joining, async (receipt) => {
    conclude?.(receipt)
    // As long as the script is there, there is something to do.
    await removeFirstBoot(layout.firstBoot)
  })
}

async function planAddresses(signerIp: string, typed: readonly string[] | undefined): Promise<OwnAddresses> {
  if (typed !== undefined) return parseOwnAddresses(typed)
  if (parseIpAddress(signerIp) !== undefined) return { address: await readAddressTowards(signerIp) }
  throw new SignetError('usage', `the signer ${quoteUntrusted(signerIp)} is no IP address`, {
    hint: "give the signer's: --signer-ip=192.0.2.11; or this host's own too: --address=IP",
  })
}
