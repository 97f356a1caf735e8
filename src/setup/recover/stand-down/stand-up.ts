import { SignetError } from '../../../core/signet-error.ts'
import type { HostWorld } from '../../host-world.ts'
import { confirm } from '../../joins/confirm.ts'
import { etcdService } from '../../member/default-member.ts'
import { askFormerMembers, type MemberAnswer } from '../former-members.ts'
import { refuseOtherCluster } from '../refuse-other-cluster.ts'
import { otherMembers, readMarker, removeMarker, type StandDownMarker } from '../stand-down-marker.ts'

/**
 * Takes a stand-down back: etcd starts again, as the member that it was. Refused once another member answers as one of a recovered
 * cluster, and asked about where nobody answers, since this host cannot see then whether there is one.
 */
export async function standUp(yes: boolean | undefined, world: HostWorld): Promise<StandDownMarker> {
  const marker = await readMarker(world)
  if (marker === undefined) {
    throw new SignetError('refused', 'this member has not stood down', {
      hint: 'see how etcd is: systemctl status etcd',
    })
  }
  if (marker.state !== 'stood-down') {
    const command = marker.state === 'recovering' ? 'signet recover' : 'signet recover --rejoin'
    throw new SignetError('refused', `${command} was interrupted on this host, and its data may be half moved`, {
      hint: `run that again, with the same arguments: ${command}`,
    })
  }
  const others = await askFormerMembers(otherMembers(marker), world)
  refuseOtherCluster(others, marker.clusterId ?? undefined)
  if (!others.some((other) => isOfOld(other, marker))) {
    const question = 'No other member answers. Is it certain that no other host was recovered?'
    await confirm({ question, command: 'signet recover --stand-up', yes }, world)
  }
  await removeMarker(world)
  await world.systemd.launch(etcdService)
  return marker
}

function isOfOld({ state, clusterId }: MemberAnswer, marker: StandDownMarker): boolean {
  return state === 'answers' && clusterId === marker.clusterId
}
