import { readDefaultAddress } from '../../host/net/advertised-address.ts'
import { removeFirstBoot } from '../../setup/first-boot.ts'
import { type HostWorld, requireRoot } from '../../setup/host-world.ts'
import { realTime } from '../../setup/join/join-host.ts'
import { clearPassage } from '../../setup/member/ensure-passage.ts'
import { parseOwnAddress, readOwnMember } from '../../setup/member/own-member.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { fileProgress } from '../../setup/run/file-progress.ts'
import type { StepDuration } from '../../setup/run/step.ts'
import { readSetupFile } from '../../setup/setup-file.ts'
import { applyInit } from '../../setup/signer/apply-init.ts'
import { readOwnPin } from '../../setup/signer/ensure-ca.ts'
import { initActs } from '../../setup/signer/init-acts.ts'
import { initPassages, readInitFacts } from '../../setup/signer/init-facts.ts'
import { type LeaderOptions, parseLeaderSettings } from '../../setup/signer/leader-settings.ts'
import { type InitPlan, planInit } from '../../setup/signer/plan-init.ts'
import type { LeaderSettings } from '../../setup/signer/signet-yaml.ts'
import type { CommandStreams } from '../command-streams.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `init`, as typed. */
export interface InitOptions extends LeaderOptions {
  readonly name?: string
  readonly address?: string
  /** The largest database that etcd takes, such as `8GiB`. */
  readonly quota?: string
  /** A file that answers what the options do not. */
  readonly config?: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** Makes this host the first member and the leader. */
export async function runInit(options: InitOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  requireRoot(world)
  await requireOwnHost(world)
  if (options.dryRun === true) {
    const { plan } = await readPlan(options, world)
    return printPlan(plan, options, streams)
  }
  await withSetupLog(world, streams, async ({ say, listener }) => {
    const { plan, settings } = await readPlan(options, world)
    for (const warning of plan.warnings) say(`warning: ${warning}`)
    await clearPassage(world, initPassages(world))
    await applyInit(plan, initActs(world, plan.facts.own, settings), {
      progress: fileProgress(world.layout.progress, world.files, world.layout.runDirectories),
      time: realTime,
      listener: listener(plan.steps.length),
      signal: world.signal,
      conclude: async (steps) => {
        const founded = { plan, settings, steps, pin: await readOwnPin(world) }
        for (const line of formatAdvice(founded, world)) say(line)
        if (options.json === true) streams.stdout.write(formatJson(founded, world))
        // Not before the operator was told to save the key: as long as the script is there, there is something to do.
        await removeFirstBoot(world.layout.firstBoot)
      },
    })
  })
}

interface Founded {
  readonly plan: InitPlan
  readonly settings: LeaderSettings
  readonly steps: readonly StepDuration[]
  readonly pin: string
}

async function readPlan(options: InitOptions, world: HostWorld) {
  const { config, json: _, dryRun: __, ...given } = options
  const answers = { ...(await readSetupFile('init', config, world.files)), ...given }
  const address = answers.address === undefined ? await readDefaultAddress() : parseOwnAddress(answers.address)
  const settings = parseLeaderSettings(answers, address)
  const own = await readOwnMember(world, { name: answers.name, address, quota: answers.quota })
  return { plan: planInit(await readInitFacts(world, own, settings)), settings }
}

function printPlan({ facts, steps, warnings }: InitPlan, { json }: InitOptions, { stdout }: CommandStreams): void {
  const { name, address } = facts.own
  if (json === true) {
    stdout.write(`${JSON.stringify({ name, address, networks: facts.networks, steps, warnings })}\n`)
    return
  }
  const lines = [...warnings.map((warning) => `warning: ${warning}`), ...steps.map(({ title }) => title)]
  stdout.write(`${lines.join('\n')}\n`)
}

function formatAdvice({ plan, settings, pin }: Founded, { layout }: HostWorld): readonly string[] {
  const { name, address } = plan.facts.own
  return [
    `${name} is the first member, and the leader; it answers callers from ${settings.networks.join(', ')}`,
    `the pin of the CA: ${pin}`,
    `add a member, on its own host: ${joinCommand(plan, settings, pin)}`,
    'until joins are closed any host of these networks can become one: once three members vote, here: signet joins close',
    `SAVE ${layout.caKey} NOW: without it nobody can take this host's place when it is lost. From your own machine:`,
    `  ssh -n root@${address} cat ${layout.caKey} | openssl pkey -aes256 -out signet-ca.key`,
    '  (asks for a password; keep it and the file apart from this host, and see the RUNBOOK on adopt)',
  ]
}

function formatJson({ plan, settings, steps, pin }: Founded, { layout }: HostWorld): string {
  const { name, address } = plan.facts.own
  const join = joinCommand(plan, settings, pin)
  return `${JSON.stringify({ name, address, networks: settings.networks, pin, join, caKey: layout.caKey, steps })}\n`
}

function joinCommand({ facts }: InitPlan, { embeddedPort }: LeaderSettings, pin: string): string {
  const port = embeddedPort === undefined ? '' : ` --port=${embeddedPort}`
  return `/root/setup/first-boot.sh join --signer-ip=${facts.own.address} --pin=${pin}${port}`
}
