import { appendFileSync } from 'node:fs'
import type { Host } from '../lab/host.ts'

const apt = 'DEBIAN_FRONTEND=noninteractive apt-get -q install --yes age'
const home = '/var/lib/signet-copy'
const scp = `scp -q -i ${home}/key -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=${home}/known_hosts`

/** Gives a member programs that copy to the desk and fetch from there, and a recipient whose identity the desk has. */
export async function copyToDesk(member: Host, desk: Host, recipient: string): Promise<void> {
  await member.run(apt, { timeoutSeconds: 120 })
  const fetched = `${scp} "root@${desk.address}:copies/$1" "root@${desk.address}:copies/\${1%%.db*}.json" "$2/"`
  await writeProgram(member, '/usr/local/lib/copy-snapshot', `exec ${scp} "$@" root@${desk.address}:copies/`)
  await writeProgram(member, '/usr/local/lib/fetch-snapshot', `exec ${fetched}`)
  const settings = [
    'save: {every: 15m}',
    'copy: /usr/local/lib/copy-snapshot',
    'fetch: /usr/local/lib/fetch-snapshot',
    `recipients: [${recipient}]`,
  ]
  await member.run('cat > /etc/signet/snapshot.yaml', { input: `${settings.join('\n')}\n` })
  const key = await member.run(`
    set -e
    install -d -m 0700 -o signet-copy -g signet-copy ${home}
    rm -f ${home}/key
    setpriv --reuid=signet-copy --regid=signet-copy --clear-groups ssh-keygen -q -t ed25519 -N '' -f ${home}/key
    cat ${home}/key.pub`)
  appendFileSync(`${desk.root}/root/.ssh/authorized_keys`, key, { mode: 0o600 })
}

async function writeProgram(host: Host, path: string, body: string): Promise<void> {
  await host.run(`cat > ${path} && chmod 755 ${path}`, { input: `#!/bin/sh\n${body}\n` })
}

/** Makes the identity that opens all copies; answers with its recipient. */
export async function makeIdentity(desk: Host): Promise<string> {
  await desk.run(`${apt} && mkdir -p copies && rm -f identity && age-keygen -o identity`, { timeoutSeconds: 120 })
  return (await desk.run('age-keygen -y identity')).trim()
}
