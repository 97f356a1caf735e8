import { existsSync } from 'node:fs'
import { checkAndMeasure } from '../join/check-and-measure.ts'
import { ensureLearner } from '../join/learner/add-learner.ts'
import { waitUntilCaughtUp } from '../join/learner/catch-up.ts'
import { formatInitialCluster } from '../join/learner/initial-cluster.ts'
import { promoteLearner } from '../join/learner/promote-learner.ts'
import { verifyFromEveryMember } from '../join/learner/verify-member.ts'
import { etcdService } from '../member/default-member.ts'
import { moveAside, moveBack } from '../recover/move-aside.ts'
import { formatMarker, removeMarker, type StandDownMarker, writeMarker } from '../recover/stand-down-marker.ts'
import type { Act } from '../run/apply-plan.ts'
import { forgetFlags } from './former-data.ts'
import type { RejoinStepId } from './plan-rejoin.ts'
import type { RejoinRun } from './rejoin-run.ts'

/** What each step does, and how it is undone; the learner is taken out of the cluster before all that (`leaveCluster`). */
export function rejoinActs(run: RejoinRun): Readonly<Record<RejoinStepId, Act>> {
  const { member, host } = run.world
  return {
    'check-cluster': { run: () => checkAndMeasure(run) },
    'hold-etcd': { run: () => holdEtcd(run), undo: () => letGo(run) },
    'move-aside': { run: () => setAside(run), undo: () => moveBack(run.world.data) },
    'add-learner': { run: () => ensureLearner(run) },
    'write-configuration': {
      run: async () => {
        const members = await run.membersToStartWith()
        await member.writeConfiguration(formatInitialCluster(members, { id: run.memberId, name: run.facts.own.name }))
      },
      undo: async () => {
        await member.removeConfiguration()
        await member.removeData()
      },
    },
    'start-etcd': {
      run: async () => {
        // From here on a boot starts it too, as the learner that it is by now.
        await removeMarker(host)
        await member.start()
      },
      undo: async () => {
        await writeMarker(markerOf(run), host)
        await member.stop()
      },
    },
    'catch-up': { run: () => waitUntilCaughtUp(run) },
    promote: { run: () => promoteLearner(run) },
    verify: { run: async () => run.rememberVerified(await verifyFromEveryMember(run)) },
    'clean-up': {
      run: async () => {
        await member.finish()
        await forgetFlags(host)
      },
    },
  }
}

// Neither a boot nor a hand must start etcd while its data are on the way.
async function holdEtcd(run: RejoinRun): Promise<void> {
  if (run.mayHaveBegun('start-etcd')) return
  const { host } = run.world
  // From when etcd starts as a learner the file is gone; an undoing after that writes it as it was, with all that it knows.
  if (run.noteOf('stood') === undefined && run.facts.marker !== undefined) {
    await run.note('stood', formatMarker(run.facts.marker))
  }
  if (run.noteOf('marker') === undefined) await run.note('marker', stateBefore(run))
  await writeMarker(markerOf(run), host)
  // So that what its unit says of that file is known, also where the package was upgraded under systemd.
  await host.systemd.reload()
  await host.systemd.stop(etcdService)
}

function stateBefore({ facts: { marker, isRunning } }: RejoinRun): string {
  if (marker !== undefined) return 'stood-down'
  return isRunning ? 'running' : 'stopped'
}

async function letGo(run: RejoinRun): Promise<void> {
  const { host } = run.world
  const before = run.noteOf('marker')
  if (before === 'stood-down') await writeMarker({ ...markerOf(run), state: 'stood-down' }, host)
  else if (before !== undefined) await removeMarker(host)
  if (before === 'running') await host.systemd.launch(etcdService)
}

function markerOf({ facts, world }: RejoinRun): StandDownMarker {
  const { marker, own, formerClusterId } = facts
  if (marker !== undefined) return { ...marker, state: 'rejoining' }
  return {
    version: 1,
    state: 'rejoining',
    time: new Date(world.host.clock.now()).toISOString(),
    name: own.name,
    clusterId: formerClusterId ?? null,
    memberId: null,
    kept: null,
    members: [],
    clients: [],
    masterLeases: [],
  }
}

async function setAside(run: RejoinRun): Promise<void> {
  const { data } = run.world
  if (run.noteOf('data') === undefined) await run.note('data', existsSync(data.live) ? 'some' : 'none')
  // What is there since the run began to start etcd is the learner's.
  if (run.noteOf('data') === 'some') await moveAside(data)
}
