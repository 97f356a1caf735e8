import type { Host } from '../lab/host.ts'

/** The file that makes a timer look more often than it does as shipped. */
export function timerDropIn(unit: string): string {
  return `/etc/systemd/system/${unit}.timer.d/often.conf`
}

/** Has the timer of a unit look by other settings, and starts what it starts at once. */
export async function hurryTimer(host: Host, unit: string, settings: readonly string[]): Promise<void> {
  const file = timerDropIn(unit)
  await host.run(`
    set -e
    mkdir -p ${file.slice(0, file.lastIndexOf('/'))}
    printf '[Timer]\\n${settings.join('\\n')}\\n' > ${file}
    systemctl daemon-reload
    systemctl restart ${unit}.timer
    systemctl start ${unit}.service`)
}
