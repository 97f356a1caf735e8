import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'

/** A write that etcd has acknowledged: the number in its key, and the revision that it made. */
export interface Acknowledged {
  readonly number: number
  readonly revision: bigint
}

export interface KeyWriter {
  /** Ends it; answers with what was acknowledged, the oldest first. */
  readonly stop: () => Promise<readonly Acknowledged[]>
}

/** What all of its keys begin with. */
export const keysPrefix = 'kept/'

/** A key for each write, so that one that is lost can be named; etcd's answer tells the revision. */
const script = (etcdctl: string): string => `
rm -f /run/stop-keys; n=0
until [ -e /run/stop-keys ]; do
  n=$((n + 1))
  if said=$(timeout 10 ${etcdctl} put ${keysPrefix}$n "$(date +%s%3N)" -w json 2> /dev/null)
  then echo "$n $(echo "$said" | sed 's/.*"revision":\\([0-9]*\\).*/\\1/')"; fi
  sleep 0.05
done`

/** Writes one key after the other from a master until it is told to stop, whatever becomes of the members. */
export async function startKeys(master: Host, etcdctl: string): Promise<KeyWriter> {
  // Of a scenario before this one.
  await master.run(`${etcdctl} del --prefix ${keysPrefix}`)
  const writing = master.tryRun(script(etcdctl), { timeoutSeconds: 900 })
  await master.until(`${etcdctl} get ${keysPrefix}20 | grep -q .`, 60, 'the first twenty writes')
  return {
    stop: async () => {
      await master.run('touch /run/stop-keys')
      const { stdout } = await writing
      return [...stdout.matchAll(/^(\d+) (\d+)$/gm)].map(([, number, revision]) => ({
        number: Number(number),
        revision: BigInt(revision ?? 0),
      }))
    },
  }
}

/**
 * Every acknowledged write up to that revision is there; answers with how many of them there are, and how many came after it.
 */
export async function expectKept(
  host: Host,
  etcdctl: string,
  { acknowledged, revision }: { readonly acknowledged: readonly Acknowledged[]; readonly revision: bigint },
): Promise<string> {
  const found = await host.run(`${etcdctl} get --prefix ${keysPrefix} --keys-only`)
  const there = new Set([...found.matchAll(/^kept\/(\d+)$/gm)].map(([, number]) => Number(number)))
  const due = acknowledged.filter((write) => write.revision <= revision)
  assert.ok(due.length >= 20, `${due.length} of ${acknowledged.length} writes are not later than revision ${revision}`)
  const lost = due.filter(({ number }) => !there.has(number))
  assert.deepEqual(lost, [], `acknowledged up to revision ${revision}, and lost`)
  return `all ${due.length} acknowledged writes up to the revision of the snapshot, ${acknowledged.length - due.length} after it`
}
