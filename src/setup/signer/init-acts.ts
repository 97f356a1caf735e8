import type { HostWorld } from '../host-world.ts'
import { ensureMemberKey, leaveRenewalState, obtainOwnCertificate } from '../member/own-certificate.ts'
import type { OwnMember } from '../member/own-member.ts'
import { systemdMember } from '../member/systemd-member.ts'
import { waitUntilServing } from '../member/wait-until-serving.ts'
import type { Act } from '../run/apply-plan.ts'
import type { StepListener } from '../run/step-listener.ts'
import { writeSignetYaml } from '../signer-configuration.ts'
import { ensureCa } from './ensure-ca.ts'
import type { InitFacts, InitStepId } from './plan-init.ts'
import { startAuthority, startEndpoint, stopAuthority } from './signer-services.ts'
import { formatSignetYaml } from './signet-yaml.ts'

type InitActs = Readonly<Record<InitStepId, Act>>

/** What each step of `init` does, and how it is undone. */
export function initActs({ own, settings }: InitFacts, world: HostWorld, listener: StepListener): InitActs {
  const signer = signerActs({ own, settings }, world, listener)
  return { ...signer, ...pairActs(world, own), ...etcdActs(world, own, listener) }
}

type SignerStepId = 'make-ca' | 'write-signet-configuration' | 'start-authority' | 'start-endpoint'

function signerActs(
  { own, settings }: Pick<InitFacts, 'own' | 'settings'>,
  world: HostWorld,
  listener: StepListener,
): Pick<InitActs, SignerStepId> {
  const { layout, files } = world
  return {
    'make-ca': { run: () => ensureCa(world), undo: () => removeAll(files, [layout.caCertificate, layout.caKey]) },
    'write-signet-configuration': {
      run: () => writeSignetYaml(world, formatSignetYaml(world, settings)),
      undo: () => files.remove(layout.configuration),
    },
    'start-authority': { run: () => startAuthority(world, listener), undo: () => stopAuthority(world) },
    'start-endpoint': { run: () => startEndpoint(world, own.address, listener) },
  }
}

function pairActs(world: HostWorld, own: OwnMember): Pick<InitActs, 'make-key' | 'obtain-certificate'> {
  const { layout, files } = world
  return {
    'make-key': { run: () => ensureMemberKey(world), undo: () => files.remove(layout.memberKey) },
    'obtain-certificate': {
      run: async () => {
        await obtainOwnCertificate(world, own)
        await leaveRenewalState(world, own)
      },
      undo: () => removeAll(files, [layout.memberCertificate, layout.renewal]),
    },
  }
}

type EtcdStepId = 'write-configuration' | 'start-etcd' | 'verify' | 'clean-up'

function etcdActs(world: HostWorld, own: OwnMember, listener: StepListener): Pick<InitActs, EtcdStepId> {
  const member = systemdMember(world, { own, state: 'new' })
  return {
    'write-configuration': {
      run: () => member.writeConfiguration(`${own.name}=${own.peerUrl}`),
      // A boot may have started an etcd that this run had only configured.
      undo: async () => {
        await member.removeConfiguration()
        await member.removeData()
      },
    },
    'start-etcd': { run: () => member.start() },
    verify: { run: () => waitUntilServing(world, own, member.logHint, listener) },
    'clean-up': { run: () => member.finish() },
  }
}

async function removeAll(files: HostWorld['files'], paths: readonly string[]): Promise<void> {
  for (const path of paths) await files.remove(path)
}
