import type { HostWorld } from '../host-world.ts'
import type { Founded } from './init-host.ts'

/** What the operator does next, on the cluster that was founded. */
export function formatFounded({ plan, pin }: Founded, { layout }: Pick<HostWorld, 'layout'>): readonly string[] {
  const { own, settings } = plan.facts
  return [
    `${own.name} is the first member, and the signer; it answers callers from ${settings.networks.join(', ')}`,
    `the pin of the CA: ${pin}`,
    `add a member, on its own host: ${joinCommand(plan, pin)}`,
    'until joins are closed any host of these networks can become one: once three members vote, here: signet joins close',
    `SAVE ${layout.caKey} NOW: without it nobody can take this host's place when it is lost. From your own machine:`,
    `  ssh -n root@${own.address} cat ${layout.caKey} | openssl pkey -aes256 -out signet-ca.key`,
    '  (asks for a password; keep it and the file apart from this host, and see the RUNBOOK on adopt)',
  ]
}

/** What a program does next, on the cluster that was founded. */
export function foundedJson({ plan, steps, pin }: Founded, { layout }: Pick<HostWorld, 'layout'>): object {
  const { own, settings } = plan.facts
  const { name, address } = own
  return { name, address, networks: settings.networks, pin, join: joinCommand(plan, pin), caKey: layout.caKey, steps }
}

function joinCommand({ facts }: Founded['plan'], pin: string): string {
  const { own, settings } = facts
  const port = settings.embeddedPort === undefined ? '' : ` --port=${settings.embeddedPort}`
  return `/root/setup/first-boot.sh join --signer-ip=${own.address} --pin=${pin}${port}`
}
