import { setTimeout as delay } from 'node:timers/promises'
import type { Signer } from '../../client/ask/signer.ts'
import { isShutOut } from '../../client/ask/signer-failure.ts'
import { parseSignerStatus } from '../../client/ask/signer-status.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { askAuthority } from '../../endpoint/upstream/ask-authority.ts'
import { waitUntil } from '../../host/wait-until.ts'
import type { HostWorld } from '../host-world.ts'
import type { StepListener } from '../run/step-listener.ts'
import { ownSigner, readSignetYaml } from '../signer-configuration.ts'
import { readOwnPin } from './ensure-ca.ts'

const authorityUnits = ['signet-authority.socket', 'signet-authority.service'] as const
const endpointUnit = 'signet-endpoint.service'
const startTimeoutMs = 30_000
const askPauseMs = 500

type Listener = Pick<StepListener, 'waiting'>

/** Enables and starts the authority; resolves once it answers. */
export async function startAuthority(world: HostWorld, listener?: Listener): Promise<void> {
  const { systemd, layout } = world
  for (const unit of authorityUnits) {
    await systemd.enable(unit)
    await systemd.start(unit)
  }
  await askAuthority({ socketPath: layout.authoritySocket }, (authority) =>
    waitUntil(() => authority.status().catch(() => undefined), {
      timeoutMs: startTimeoutMs,
      onWait: (leftMs) => listener?.waiting('it does not answer yet', leftMs),
      failure: () => notUp('signet-authority'),
    }),
  )
}

/** Stops the authority and keeps it from being started at the next boot. */
export async function stopAuthority({ systemd }: HostWorld): Promise<void> {
  for (const unit of authorityUnits) {
    await systemd.stop(unit)
    await systemd.disable(unit)
  }
}

/** Enables and starts the endpoint behind its front; resolves once it answers by SSH, with the CA of this host. */
export async function startEndpoint(world: HostWorld, ownAddress: string, listener?: Listener): Promise<void> {
  const { systemd, front } = world
  const config = await readSignetYaml(world)
  await front.ensure(config)
  await systemd.enable(endpointUnit)
  await systemd.start(endpointUnit)
  await requireOwnAnswer(world, ownSigner(world, config, ownAddress), listener)
}

async function requireOwnAnswer(world: HostWorld, signer: Signer, listener?: Listener): Promise<void> {
  const reasons: string[] = []
  const askPin = async (): Promise<string | undefined> => {
    try {
      return parseSignerStatus(await world.ask(signer, 'get-status'), signer).pin
    } catch (caught) {
      const error = asSignetError(caught)
      reasons.push(error.message)
      // sshd from 9.8 on shuts out an address that fails too often (PerSourcePenalties), and then gives no reason at all.
      if (isShutOut(error)) throw notAnswering(signer, [error.message])
      await delay(askPauseMs)
      return undefined
    }
  }
  const failure = (): SignetError => notAnswering(signer, reasons)
  const onWait = (leftMs: number): void => listener?.waiting('it does not answer by SSH yet', leftMs)
  const pin = await waitUntil(askPin, { timeoutMs: startTimeoutMs, failure, onWait })
  if (pin === (await readOwnPin(world))) return
  throw new SignetError('configuration', `${signer.address} answers with another CA than this host's`, {
    hint: 'see who listens on that port: ss -ltnp',
  })
}

// The first reason is the one that says something; the last is what is still so.
function notAnswering({ address }: Signer, reasons: readonly string[]): SignetError {
  const told = [...new Set([reasons.at(0) ?? '', reasons.at(-1) ?? ''])].join('; at last: ')
  return new SignetError('unavailable', `the endpoint does not answer at ${address}: ${told}`, {
    hint: 'see: journalctl -u ssh -u signet-endpoint -n 50; and what sshd has in force: signet doctor',
  })
}

function notUp(service: string): SignetError {
  const hint = `see why: systemctl status ${service}; journalctl -u ${service} -n 50`
  return new SignetError('unavailable', `${service} does not answer`, { hint })
}
