import type { Host } from '../lab/host.ts'

const unit = 'signet-snapshot'
const dropIn = `/etc/systemd/system/${unit}.service.d/clock.conf`
const preload = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'

/**
 * Runs what the timer of a member starts as it would at that moment: hosts share the clock of one kernel, and turns are minutes
 * apart.
 */
export async function saveWhenDue(host: Host, atMs: number): Promise<void> {
  const seconds = Math.round((atMs - Date.now()) / 1000)
  const shift = seconds < 0 ? `${seconds}` : `+${seconds}`
  const environment = `LD_PRELOAD=${preload} FAKETIME=${shift} FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DISABLE_SHM=1`
  await host.run(`
    set -e
    mkdir -p ${dropIn.slice(0, dropIn.lastIndexOf('/'))}
    printf '[Service]\\nEnvironment=${environment}\\n' > ${dropIn}
    systemctl daemon-reload
    systemctl start ${unit}.service
    rm ${dropIn}
    systemctl daemon-reload`)
}

/** The snapshots that a member has by now, the oldest first. */
export async function listSnapshots(host: Host): Promise<readonly string[]> {
  const names = await host.run('ls /var/lib/signet-snapshots 2> /dev/null || true')
  return names
    .split('\n')
    .filter((name) => name.endsWith('.db'))
    .sort()
}
