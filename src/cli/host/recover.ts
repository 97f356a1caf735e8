import { resolve } from 'node:path'
import { realTime } from '../../core/clock.ts'
import { type HostWorld, requireRoot } from '../../setup/host-world.ts'
import { confirm } from '../../setup/joins/confirm.ts'
import { parseRecoverAnswers, type TypedRecover } from '../../setup/recover/parse-recover-answers.ts'
import { typed } from '../../setup/recover/plan-recover.ts'
import { adviseRecovered } from '../../setup/recover/receipt/advise-recovered.ts'
import { confirmGone } from '../../setup/recover/receipt/confirm-gone.ts'
import { formatRecoverReceipt } from '../../setup/recover/receipt/format-recover-receipt.ts'
import { formatStoodDown, tellRecover, tellStandDown } from '../../setup/recover/receipt/tell-recover.ts'
import {
  aloneInRecovery,
  fenceFile,
  findFinished,
  readRecoverPlan,
  recoverHost,
} from '../../setup/recover/recover-host.ts'
import { planStandDown } from '../../setup/recover/stand-down/plan-stand-down.ts'
import { readStandDownFacts } from '../../setup/recover/stand-down/stand-down-facts.ts'
import { standDown } from '../../setup/recover/stand-down/stand-down-host.ts'
import { standUp } from '../../setup/recover/stand-down/stand-up.ts'
import { usualLimits } from '../../setup/recover/stand-down/watch-own-member.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { formatPlan } from '../../setup/run/format-plan.ts'
import type { SetupVoice } from '../../setup/setup-voice.ts'
import { type CommandStreams, printJson } from '../command-streams.ts'
import { recoveryParts } from './recovery-parts.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `recover`, as typed. */
export interface RecoverOptions extends TypedRecover {
  readonly standDown?: true
  readonly standUp?: true
  readonly fenced?: readonly string[]
  readonly yes?: true
  readonly json?: true
  readonly dryRun?: true
}

/** The way back when the quorum is gone for good. */
export async function runRecover(options: RecoverOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  requireRoot(world)
  await requireOwnHost(world)
  if (options.standUp === true) return runStandUp(options, streams, world)
  const run = options.standDown === true ? runStandDown : runRecovery
  if (options.dryRun === true) return run(options, streams, world, undefined)
  await withSetupLog(world, streams, (voice) => aloneInRecovery(world, () => run(options, streams, world, voice)))
}

async function runStandUp({ yes, json }: RecoverOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  await withSetupLog(world, streams, async ({ say }) => {
    const { name } = await aloneInRecovery(world, () => standUp(yes, world))
    say(`${name} has stood up: etcd is started; see: signet member list`)
    if (json === true) printJson(streams, { name })
  })
}

type Voice = SetupVoice | undefined

async function runStandDown(
  { json }: RecoverOptions,
  streams: CommandStreams,
  world: HostWorld,
  voice: Voice,
): Promise<void> {
  const parts = recoveryParts(world)
  const told = voice?.listener(1)
  const watching = { limits: usualLimits, time: realTime, tell: (why: string) => told?.waiting(why) }
  const plan = planStandDown(await readStandDownFacts(world, parts, watching))
  if (voice === undefined) return void streams.stdout.write(formatPlan(tellStandDown(plan), json))
  const { say, listener } = voice
  const marker = await standDown(plan, { listener: listener(plan.steps.length), say, parts }, world)
  for (const line of formatStoodDown(marker)) say(line)
  if (json === true) printJson(streams, marker)
}

async function runRecovery(
  options: RecoverOptions,
  streams: CommandStreams,
  world: HostWorld,
  voice: Voice,
): Promise<void> {
  const { yes, json, fenced = [] } = options
  const { from } = options
  const answers = parseRecoverAnswers(from === undefined ? options : { ...options, from: resolve(from) })
  const finished = voice === undefined ? undefined : await findFinished(world)
  const say = voice?.say ?? (() => {})
  const conclude = async (receipt: Parameters<typeof confirmGone>[0]): Promise<void> => {
    for (const line of formatRecoverReceipt(receipt, fenceFile(world))) say(line)
    const { etcdServers, lines } = await adviseRecovered(world)
    for (const line of lines) say(line)
    if (json === true) printJson(streams, { ...receipt, etcdServers })
    await confirmGone(receipt, fenced, world)
  }
  if (finished !== undefined) return conclude(finished)
  const parts = recoveryParts(world)
  const plan = await readRecoverPlan(answers, world, parts)
  if (voice === undefined) return void streams.stdout.write(formatPlan(tellRecover(plan), json))
  for (const line of tellRecover(plan).lines) say(line)
  const question = 'Have all kube-apiservers been stopped, and shall the new cluster begin here?'
  if (!plan.isContinued) await confirm({ question, command: typed(answers), yes }, world)
  await conclude(await recoverHost(plan, { listener: voice.listener(plan.steps.length), parts }, world))
}
