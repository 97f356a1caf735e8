import { SignetError } from '../core/signet-error.ts'
import { networkOf } from '../host/advertised-address.ts'
import type { LocalFiles } from '../host/local-files.ts'
import type { SignetConfig } from '../host/signet-config.ts'

/** First in its directory: sshd takes the first value that it finds, within `Match` blocks too. */
export const sshdDropInFile = '/etc/ssh/sshd_config.d/00-signet.conf'

/** The account's login shell, and the only program that sshd ever starts for it. */
const relayProgram = '/usr/bin/signet-relay'

// What no caller gets. DisableForwarding covers TCP, stream, agent and X11 forwarding and tunnels.
const nothingElse = [
  `ForceCommand ${relayProgram}`,
  'DisableForwarding yes',
  'PermitTTY no',
  'PermitUserRC no',
  'MaxSessions 1',
  'Banner none',
  'PubkeyAuthentication no',
  'KbdInteractiveAuthentication no',
  'HostbasedAuthentication no',
  // sshd bounds those who have not logged in alone: each `ssh -N` would keep two processes and 16 MB for ever, and each
  // host that lost its power would until TCP gives it up, after two hours.
  'UnusedConnectionTimeout 30s',
  'ClientAliveInterval 15s',
  'ClientAliveCountMax 3',
]

/**
 * The part of sshd's configuration that follows from `signet.yaml`. Nothing in it is younger than OpenSSH 9.2, nor
 * touches another account: all but MaxStartups, which no Match can hold, stands behind `Match User signer`.
 */
export function formatSshdDropIn({ controlPlaneNetworks, endpoint }: SignetConfig): string {
  const header = '# Written by signet from /etc/signet/signet.yaml; what is changed here is overwritten.'
  if (endpoint.front === 'embedded') return formatBlocks([header], [formatOutside()])
  // sshd drops the connections of a fleet that renews at once: with its 10:30:100, 38 of 100 parallel calls.
  const first = [header, 'MaxStartups 1000:30:2000']
  return formatBlocks(first, [formatInside(controlPlaneNetworks), formatOutside()])
}

// No password, no key: the network decides. A stray authorized_keys must not open a second way in.
function formatInside(networks: readonly string[]): readonly string[] {
  const inside = ['AuthenticationMethods none', 'PasswordAuthentication yes', 'PermitEmptyPasswords yes']
  return [`Match User signer Address ${networks.map(formatNetwork).join(',')}`, ...inside, ...nothingElse]
}

// With bits behind the prefix sshd would let nobody in, and sshd -t does not see that.
function formatNetwork(network: string): string {
  return networkOf(network) ?? network
}

// For the same account elsewhere, where the host's own settings might let an empty password in.
function formatOutside(): readonly string[] {
  return ['Match User signer', 'PasswordAuthentication no', 'PermitEmptyPasswords no', ...nothingElse]
}

function formatBlocks(header: readonly string[], blocks: readonly (readonly string[])[]): string {
  const texts = blocks.map(([match = '', ...lines]) => [match, ...lines.map((line) => `    ${line}`)].join('\n'))
  return `${[...header, ...texts, 'Match all'].join('\n')}\n`
}

/** What putting the drop-in in place needs of the host; a test puts others in their place. */
export interface SshdPorts {
  readonly files: Pick<LocalFiles, 'read' | 'write' | 'remove'>
  /** Runs a program to its end; throws where it fails. */
  readonly run: (command: string, args: readonly string[]) => Promise<unknown>
}

/**
 * Makes sshd's configuration follow `signet.yaml`. The new drop-in goes live only after `sshd -t` accepted it within the
 * whole configuration; else the old one is put back, since an sshd that does not restart locks its administrators out.
 * Returns whether anything changed. Throws `configuration`.
 */
export async function ensureSshdDropIn(config: SignetConfig, { files, run }: SshdPorts): Promise<boolean> {
  const text = formatSshdDropIn(config)
  const old = await files.read(sshdDropInFile)
  if (old?.text === text) return false
  await files.write(sshdDropInFile, text, { mode: 0o644 })
  try {
    await run('sshd', ['-t'])
  } catch (cause) {
    if (old === undefined) await files.remove(sshdDropInFile)
    else await files.write(sshdDropInFile, old.text, { mode: old.mode })
    throw refused(cause)
  }
  await run('systemctl', ['try-reload-or-restart', 'ssh.service'])
  return true
}

/** Takes the drop-in away, where it is there, and has sshd go on without it. */
export async function removeSshdDropIn({ files, run }: SshdPorts): Promise<void> {
  if ((await files.read(sshdDropInFile)) === undefined) return
  await files.remove(sshdDropInFile)
  await run('systemctl', ['try-reload-or-restart', 'ssh.service'])
}

function refused(cause: unknown): SignetError {
  return new SignetError('configuration', `sshd does not accept its configuration with ${sshdDropInFile}`, {
    hint: 'sshd was left as it was; see what it finds wrong: sshd -t, and mind other files in /etc/ssh/sshd_config.d',
    cause,
  })
}
