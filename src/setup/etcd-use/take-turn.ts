import { memberLabel, votersOf } from '../../cluster/cluster-view.ts'
import { tryPatiently } from '../../cluster/try-patiently.ts'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { deleteKey, getKey, putKey } from '../../etcd/key-value.ts'
import type { UseRun } from './use-run.ts'

const pollMs = 500
// An election, or another member's restart, is no reason to give up.
const patienceMs = 10_000

/** The key with which a member asks for its turn to restart. */
export function turnKey(name: string): string {
  return `signet/etcd-use/${name}`
}

/**
 * Waits until no other member that asked before is restarting: told at once, two members of three would restart at once. Each
 * writes its key, and the oldest has the turn, as etcd's own locks do it (client/v3/concurrency/key.go). It orders, and permits
 * nothing: any client certificate can write or delete these keys, so who has the turn looks at every member before it restarts.
 * The key of a run that was cut off stays, for its member may be away. Throws `try-later`.
 */
export async function takeTurn(run: UseRun): Promise<void> {
  const { time } = run
  const deadlineMs = time.now() + run.turnLimitMs
  for (;;) {
    const first = await tryPatiently(() => findFirst(run), { time, pause: (ms) => run.pause(ms), limitMs: patienceMs })
    if (first === undefined) return
    if (time.now() >= deadlineMs) throw notItsTurn(run, first)
    run.listener.waiting(`${first} moves to another etcd`, deadlineMs - time.now())
    await run.pause(pollMs)
  }
}

/** Lets the next one have its turn. Never throws: a key that is left is named by whoever waits for it. */
export async function leaveTurn({ client, time, facts }: UseRun): Promise<void> {
  const patience = { time, pause: time.delay, limitMs: patienceMs }
  await tryPatiently(() => deleteKey(client, turnKey(facts.name)), patience).catch(() => {})
}

/** Who of the voters asked before this one; each is asked for by its name, so that keys of others cost nothing. */
async function findFirst({ client, facts, host }: UseRun): Promise<string | undefined> {
  const own = await ensureOwn()
  const names = votersOf(facts.view).map(({ member }) => memberLabel(member))
  for (const name of names.filter((one) => one !== facts.name)) {
    const other = await getKey(client, turnKey(name))
    if (other !== undefined && other.createRevision < own) return name
  }
  return undefined

  async function ensureOwn(): Promise<bigint> {
    const found = await getKey(client, turnKey(facts.name))
    if (found !== undefined) return found.createRevision
    await putKey(client, turnKey(facts.name), new Date(host.clock.now()).toISOString())
    return ensureWritten()
  }

  async function ensureWritten(): Promise<bigint> {
    const written = await getKey(client, turnKey(facts.name))
    if (written !== undefined) return written.createRevision
    throw new SignetError('try-later', `somebody deletes the key ${turnKey(facts.name)}`, { hint: 'run it again' })
  }
}

function notItsTurn({ facts, turnLimitMs }: UseRun, first: string): SignetError {
  const what = `${first} has been moving to another etcd for ${Math.round(turnLimitMs / 1000)} s, or was cut off`
  return new SignetError('try-later', `etcd of ${facts.name} is not restarted: ${what}`, {
    hint: `run it again on ${first}; where nothing runs there: signet etcdctl del ${quoteShell(turnKey(first))}`,
  })
}
