import type { Host } from '../lab/host.ts'

export interface HeldWatch {
  /** Waits until the watch was told that it cannot go on; answers with what it was told each time that it ended. */
  readonly ended: () => Promise<string>
}

const file = '/run/held-watch'
const endLimitSeconds = 60

/**
 * Watches as an informer does: after a list, and where the watch ends from the last revision that it has seen, until it is told
 * that this is compacted.
 */
const script = (etcdctl: string, key: string): string => `
rm -f ${file}.*; touch ${file}.ends ${file}.events
rev=$(${etcdctl} get --prefix ${key} --limit 1 -w json | sed 's/.*"revision":\\([0-9]*\\).*/\\1/')
until grep -q compacted ${file}.ends; do
  ${etcdctl} watch --prefix ${key} --rev $((rev + 1)) -w json >> ${file}.events 2> ${file}.said
  tail -n 5 ${file}.said | grep -i 'cancel' >> ${file}.ends
  seen=$(grep -o '"mod_revision":[0-9]*' ${file}.events | tail -n 1 | cut -d : -f 2)
  rev=\${seen:-$rev}
  sleep 0.5
done`

export async function holdWatch(master: Host, etcdctl: string, key: string): Promise<HeldWatch> {
  void master.tryRun(script(etcdctl, key), { timeoutSeconds: 900 })
  await master.until(`grep -q mod_revision ${file}.events`, 20, 'the watch shows the first event')
  return {
    ended: async () => {
      const what = 'the watch is told that its revision is compacted'
      await master.until(`grep -q compacted ${file}.ends || ! tail -n 3 ${file}.*`, endLimitSeconds, what)
      return (await master.run(`cat ${file}.ends`)).trim()
    },
  }
}

/** Lists anew and watches from there, as whoever was told so does: an event that comes after is shown. */
export async function expectListAndWatch(master: Host, etcdctl: string, key: string): Promise<void> {
  const shown = await master.run(`
    from=$(${etcdctl} get --prefix ${key} -w json | sed 's/.*"revision":\\([0-9]*\\).*/\\1/')
    timeout 20 ${etcdctl} watch --prefix ${key} --rev $((from + 1)) > /run/new-watch 2>&1 & watching=$!
    until grep -q PUT /run/new-watch || ! kill -0 $watching 2> /dev/null; do ${etcdctl} put ${key}anew 1 > /dev/null; sleep 0.2; done
    kill $watching 2> /dev/null
    cat /run/new-watch`)
  if (!/^PUT$/m.test(shown)) throw new Error(`a new list and watch shows nothing:\n${shown}`)
}
