import { isDeepStrictEqual } from 'node:util'
import { realTime } from '../../core/clock.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../host-world.ts'
import { renewHere } from '../member/own-certificate.ts'
import { type Act, applyPlan } from '../run/apply-plan.ts'
import { fileProgress } from '../run/file-progress.ts'
import type { ProgressStore } from '../run/progress-store.ts'
import { RunningPlan } from '../run/running-plan.ts'
import type { StepListener } from '../run/step-listener.ts'
import { writeSignetYaml } from '../signer-configuration.ts'
import { adoptProgressFile } from './adopting-member.ts'
import type { AdoptPlan, AdoptStepId } from './plan-adopt.ts'
import { startAuthority, startEndpoint, stopAuthority } from './signer-services.ts'
import { formatSignetYaml } from './signet-yaml.ts'

export interface Adoption {
  readonly caKeyPem: string
  readonly listener: StepListener
}

/** Makes this member the signer. Run again after an interruption, it goes on. */
export async function adoptHost(plan: AdoptPlan, { caKeyPem, listener }: Adoption, world: HostWorld): Promise<void> {
  const progress = fileProgress(adoptProgressFile(world), world.files)
  await requireAsShown(plan, progress)
  const run = new RunningPlan(plan, { progress, time: realTime, listener, signal: world.signal })
  await applyPlan(run, { acts: adoptActs(plan, { caKeyPem, listener }, world) })
}

// While root was asked another run may have passed its point of no return: what it made is not for this one to undo.
async function requireAsShown({ facts }: AdoptPlan, store: ProgressStore): Promise<void> {
  if (isDeepStrictEqual(await store.load(), facts.progress)) return
  throw new SignetError('try-later', 'another adoption has begun since this one was shown; nothing was changed', {
    hint: 'see how it is now: signet adopt --ca-key=FILE --dry-run',
  })
}

function adoptActs(
  { facts }: AdoptPlan,
  { caKeyPem, listener }: Adoption,
  world: HostWorld,
): Readonly<Record<AdoptStepId, Act>> {
  const { layout, files, systemd } = world
  return {
    'install-key': {
      run: () => files.write(layout.caKey, caKeyPem, { mode: 0o400 }),
      undo: () => files.remove(layout.caKey),
    },
    'write-signet-configuration': {
      run: () => writeSignetYaml(world, formatSignetYaml(world, facts.settings)),
      undo: () => files.remove(layout.configuration),
    },
    'start-authority': {
      run: async () => {
        // One that an interrupted run started has read what that run wrote: other members, where etcd told others since.
        await systemd.stop('signet-authority.service')
        await startAuthority(world, listener)
      },
      undo: () => stopAuthority(world),
    },
    'start-endpoint': { run: () => startEndpoint(world, facts.address, listener) },
    'renew-here': { run: () => renewHere(world, facts.address) },
  }
}
