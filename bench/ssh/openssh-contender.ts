import { chmodSync, chownSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseConfig } from '../../src/host/signet-config.ts'
import { formatSshdDropIn } from '../../src/openssh/sshd/sshd-drop-in.ts'
import { type BenchSite, type Contender, NotHere } from './contender.ts'
import { startPrivateSshd } from './private-sshd.ts'
import { startSignet } from './signet-daemons.ts'

/**
 * Signet behind OpenSSH: sshd with the drop-in that `signet sshd-drop-in` writes, the relay as forced command and login
 * shell, and the endpoint behind its socket. Only the relay's path differs, since nothing is installed here.
 */
export async function startOpenssh(site: BenchSite): Promise<Contender> {
  if (process.getuid?.() !== 0) throw new NotHere('the OpenSSH front needs root')
  const { directory, signet } = site
  const relay = join(directory, 'signet-relay')
  symlinkSync(signet, relay)
  const config = parseConfig('{"controlPlaneNetworks": ["127.0.0.0/8"]}', 'the configuration')
  const settings = join(directory, 'sshd_settings')
  writeFileSync(settings, formatSshdDropIn(config).replaceAll('/usr/bin/signet-relay', relay))
  chmodSync(directory, 0o755)
  const sshd = await startPrivateSshd({ directory, settings, shell: relay })
  const daemons = await startSignet(site, 'openssh').catch(async (error: unknown) => {
    await sshd.stop()
    throw error
  })
  // On a host systemd makes the socket, for the group `signer`.
  chownSync(join(directory, 'relay.sock'), signerUid, signerUid)
  return {
    title: 'Signet, OpenSSH front',
    port: sshd.port,
    reach: { kind: 'ssh', user: 'signer' },
    expected: '-----BEGIN CERTIFICATE-----',
    pids: [...daemons.pids, sshd.pid],
    stop: async () => {
      await sshd.stop()
      await daemons.stop()
    },
  }
}

/** As private-sshd.sh has it. */
const signerUid = 991
