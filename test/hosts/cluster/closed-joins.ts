import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import { joinMember } from './join-members.ts'

/** Closes joins at the signer, as root answers at a terminal, and sees what doctor says before and after. */
export async function closeJoins(signer: Host): Promise<void> {
  assert.equal(await judgeJoins(signer), 'attention', 'three members vote and joins are open')
  const { status, stderr } = await signer.tryRun('signet joins close < /dev/null')
  assert.equal(status, 64, stderr)
  await signer.runAtTerminal('signet joins close', ['y'])
  assert.equal(await judgeJoins(signer), 'well', 'joins are closed')
}

/** A host that `signet.yaml` does not list is turned away, and joins once the signer's root has typed what the hint says. */
export async function joinClosedCluster(signer: Host, fresh: Host, command: string): Promise<void> {
  const refused = await fresh.tryRun(command, { timeoutSeconds: 120 })
  assert.equal(refused.status, 77, refused.stderr)
  const hint = /^signet: hint: on the signer \S+: (signet joins open --for 1h);/m.exec(refused.stderr)?.[1]
  assert.ok(hint !== undefined, refused.stderr)
  await signer.run(hint)
  await joinMember(fresh, command)
  await signer.run('signet joins close --yes')
  assert.match(
    await signer.run('cat /etc/signet/signet.yaml'),
    new RegExp(`^ {2}${fresh.name}: ${fresh.address}$`, 'm'),
  )
  await fresh.run('signet renew --force')
}

/** As all other scenarios expect it. */
export async function reopenJoins(signer: Host): Promise<void> {
  await signer.run('signet joins open')
}

async function judgeJoins(signer: Host): Promise<string | undefined> {
  const { stdout } = await signer.tryRun('signet doctor --json')
  const { findings }: { readonly findings: readonly { check: string; level: string }[] } = JSON.parse(stdout)
  return findings.find(({ check }) => check === 'joins')?.level
}
