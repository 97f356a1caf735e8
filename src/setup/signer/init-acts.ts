import type { HostWorld } from '../host-world.ts'
import type { MemberWorld } from '../member/member-world.ts'
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

/** What each step of `init` does on a real host, and how it is undone. */
export function initActs(
  world: HostWorld,
  own: OwnMember,
  settings: SignerSettings,
): Readonly<Record<InitStepId, Act>> {
  const { layout, files } = world
  const member: MemberWorld = systemdMember(world, { own, state: 'new' })
  const remove =
    (...paths: readonly string[]) =>
    async (): Promise<void> => {
      for (const path of paths) await files.remove(path)
    }
  return {
    'make-ca': { run: () => ensureCa(world), undo: remove(layout.caCertificate, layout.caKey) },
    'write-signet-configuration': {
      run: () => writeSignetYaml(world, formatSignetYaml(world, settings)),
      undo: remove(layout.configuration),
    },
    'start-authority': { run: () => startAuthority(world), undo: () => stopAuthority(world) },
    'make-key': {
      run: () => ensureMemberKey(world),
      undo: remove(layout.memberKey),
    },
    'obtain-certificate': {
      run: async () => {
        await obtainOwnCertificate(world, own)
        await leaveRenewalState(world, own)
      },
      undo: remove(layout.memberCertificate, layout.renewal),
    },
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
    'start-endpoint': { run: () => startEndpoint(world, own.address) },
    'clean-up': { run: () => member.finish() },
  }
}
