import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import { commandsUnder, typeCommands } from './runbook-commands.ts'

const limit = { timeoutSeconds: 180 }

/** A lone member with a small quota: fills its etcd, and has it take writes again with the commands of OPERATIONS. */
export async function fillAndEmpty(host: Host): Promise<void> {
  await host.run(
    'head -c 1000000 /dev/zero | tr "\\0" x > /run/value; for n in $(seq 200); do signet etcdctl -- put big < /run/value || exit 0; done; exit 1',
    limit,
  )
  const { status, stdout } = await host.tryRun('signet status')
  assert.equal(status, 2)
  assert.match(stdout, new RegExp(`alarm NOSPACE of ${host.name}`))
  assert.doesNotMatch(stdout, /quorum/)
  assert.match(await host.run('signet member list'), new RegExp(`^alarm NOSPACE of ${host.name}: make room`, 'm'))
  await typeCommands(host, commandsUnder('docs/OPERATIONS.md', '### etcd is full: alarm NOSPACE'), host)
  await host.run('signet etcdctl -- put small value && signet etcdctl -- del big small')
  assert.doesNotMatch(await host.run('signet member list'), /alarm/)
}

/** Gives a member another quota with the commands of OPERATIONS; an upgrade of etcd keeps it. */
export async function changeQuota(host: Host): Promise<void> {
  await typeCommands(host, commandsUnder('docs/OPERATIONS.md', '## The quota of etcd'), host)
  await host.until('signet etcdctl -- endpoint health', 30)
  assert.match(
    await host.run('tr "\\0" "\\n" < /proc/$(systemctl show -P MainPID etcd)/cmdline'),
    /^--quota-backend-bytes=12884901888$/m,
  )
}
