import type { HostWorld } from '../host-world.ts'
import { ensureMemberKey, leaveRenewalState, obtainOwnCertificate } from '../member/own-certificate.ts'
import type { OwnMember } from '../member/own-member.ts'
import { systemdMember } from '../member/systemd-member.ts'
import { waitUntilServing } from '../member/wait-until-serving.ts'
import type { Act } from '../run/apply-plan.ts'
import { writeSignetYaml } from '../signer-configuration.ts'
import { ensureCa } from './ensure-ca.ts'
import type { InitStepId } from './plan-init.ts'
import { startAuthority, startEndpoint, stopAuthority } from './signer-services.ts'
import type { SignerSettings } from './signer-settings.ts'
import { formatSignetYaml } from './signet-yaml.ts'

type InitActs = Readonly<Record<InitStepId, Act>>

/** What each step of `init` does, and how it is undone. */
export function initActs(world: HostWorld, own: OwnMember, settings: SignerSettings): InitActs {
  return { ...signerActs(world, own, settings), ...pairActs(world, own), ...etcdActs(world, own) }
}

type SignerStepId = 'make-ca' | 'write-signet-configuration' | 'start-authority' | 'start-endpoint'

function signerActs(world: HostWorld, own: OwnMember, settings: SignerSettings): Pick<InitActs, SignerStepId> {
  const { layout, files } = world
  return {
    'make-ca': { run: () => ensureCa(world), undo: () => removeAll(files, [layout.caCertificate, layout.caKey]) },
    'write-signet-configuration': {
      run: () => writeSignetYaml(world, formatSignetYaml(world, settings)),
      undo: () => files.remove(layout.configuration),
    },
    'start-authority': { run: () => startAuthority(world), undo: () => stopAuthority(world) },
    'start-endpoint': { run: () => startEndpoint(world, own.address) },
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

function etcdActs(world: HostWorld, own: OwnMember): Pick<InitActs, EtcdStepId> {
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
    verify: { run: () => waitUntilServing(world, own, member.logHint) },
    'clean-up': { run: () => member.finish() },
  }
}

async function removeAll(files: HostWorld['files'], paths: readonly string[]): Promise<void> {
  for (const path of paths) await files.remove(path)
}
