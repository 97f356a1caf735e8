import { SignetError } from '../../core/signet-error.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'
import { networkOf } from '../../host/net/advertised-address.ts'
import type { SignetConfig } from '../../host/signet-config.ts'

/** First in its directory: sshd takes the first value that it finds, within `Match` blocks too. */
export const sshdDropInFile = '/etc/ssh/sshd_config.d/00-signet.conf'

/** The account's login shell, and the only program that sshd ever starts for it. */
const relayProgram = '/usr/bin/signet-relay'

/** Nothing has this name: where sshd accepts it and nothing else, it accepts nothing. */
export const acceptedVariable = 'SIGNET_NOTHING'

// What no caller gets. DisableForwarding covers TCP, stream, agent and X11 forwarding and tunnels.
const nothingElse = [
  `ForceCommand ${relayProgram}`,
  'DisableForwarding yes',
  'PermitTTY no',
  'PermitUserRC no',
  'MaxSessions 1',
  // Else a caller who logs in and asks nothing (`ssh -N`) keeps two processes and 16 MB for ever.
  'UnusedConnectionTimeout 20s',
  'Banner none',
  'PubkeyAuthentication no',
  'KbdInteractiveAuthentication no',
  'HostbasedAuthentication no',
  // And a host that lost its power in the middle of a call would, until TCP gives it up after two hours.
  'ClientAliveInterval 15s',
  'ClientAliveCountMax 3',
  // In a Match block it takes the place of the host's own list, which may let LD_PRELOAD in.
  `AcceptEnv ${acceptedVariable}`,
]

/**
 * The part of sshd's configuration that follows from `signet.yaml`. Nothing in it is younger than OpenSSH 9.2, nor
 * touches another account: all but MaxStartups, which no Match can hold, stands behind `Match User signer`.
 */
export function formatSshdDropIn(config: SignetConfig): string {
  const header = '# Written by signet from /etc/signet/signet.yaml; what is changed here is overwritten.'
  const { everywhere, inside, outside } = listSshdLines(config)
  const blocks = [
    ...(inside === undefined ? [] : [[matchInside(config), ...inside]]),
    ['Match User signer', ...outside],
  ]
  return formatBlocks([header, ...everywhere], blocks)
}

/** The settings of the drop-in, as `Keyword value`, by whom they are for. */
export interface SshdLines {
  readonly everywhere: readonly string[]
  /** For the account `signer` from the control-plane networks; undefined where callers come to another front. */
  readonly inside: readonly string[] | undefined
  /** For the account `signer` from elsewhere. */
  readonly outside: readonly string[]
}

/** What sshd must have in force: what the drop-in says, and what is compared with what sshd makes of it. */
export function listSshdLines({ endpoint }: SignetConfig): SshdLines {
  // For the same account elsewhere, where the host's own settings might let an empty password in.
  const outside = ['PasswordAuthentication no', 'PermitEmptyPasswords no', ...nothingElse]
  if (endpoint.front === 'embedded') return { everywhere: [], inside: undefined, outside }
  // sshd drops the connections of a fleet that renews at once: with its 10:30:100, 38 of 100 parallel calls.
  return { everywhere: ['MaxStartups 1000:30:2000'], inside: [...opening, ...nothingElse], outside }
}

const opening = [
  // No password, no key: the network decides. A stray authorized_keys must not open a second way in.
  ...['AuthenticationMethods none', 'PasswordAuthentication yes', 'PermitEmptyPasswords yes'],
  // Hardened hosts list who may log in. Here these take the place of such lists, for this account from these networks;
  // DenyUsers and DenyGroups of the host stay as they are.
  ...['AllowUsers signer', 'AllowGroups signer'],
]

function matchInside({ controlPlaneNetworks }: SignetConfig): string {
  return `Match User signer Address ${controlPlaneNetworks.map(formatNetwork).join(',')}`
}

// With bits behind the prefix sshd would let nobody in, and sshd -t does not see that.
function formatNetwork(network: string): string {
  return networkOf(network) ?? network
}

function formatBlocks(header: readonly string[], blocks: readonly (readonly string[])[]): string {
  const texts = blocks.map(([match = '', ...lines]) => [match, ...lines.map((line) => `    ${line}`)].join('\n'))
  return `${[...header, ...texts, 'Match all'].join('\n')}\n`
}

/** What putting the drop-in in place needs of the host; a test puts others in their place. */
export interface SshdWorld {
  readonly files: Pick<LocalFiles, 'read' | 'write' | 'remove' | 'makeDirectory'>
  /** Runs a program to its end; throws where it fails. */
  readonly run: (command: string, args: readonly string[]) => Promise<unknown>
}

const checkDirectory = '/run/signet'
const candidateFile = `${checkDirectory}/sshd-candidate.conf`
const checkFile = `${checkDirectory}/sshd-check.conf`

/**
 * Makes sshd's configuration follow `signet.yaml`. The new drop-in goes live only after `sshd -t` accepted it within the
 * whole configuration. Returns whether anything changed. Throws `configuration`, with sshd as it was.
 */
export async function ensureSshdDropIn(config: SignetConfig, world: SshdWorld): Promise<boolean> {
  const text = formatSshdDropIn(config)
  if ((await world.files.read(sshdDropInFile))?.text === text) return false
  await checkDropIn(text, world)
  await world.files.write(sshdDropInFile, text, { mode: 0o644 })
  await world.run('systemctl', ['try-reload-or-restart', 'ssh.service'])
  return true
}

// Beside the live configuration, not in it: with a drop-in that sshd refuses, a power cut at the wrong moment would leave
// the host without any sshd. What comes first counts, there as here.
async function checkDropIn(text: string, { files, run }: SshdWorld): Promise<void> {
  await files.makeDirectory(checkDirectory, { mode: 0o755 })
  await files.write(candidateFile, text, { mode: 0o600 })
  await files.write(checkFile, `Include ${candidateFile}\nInclude /etc/ssh/sshd_config\n`, { mode: 0o600 })
  try {
    await run('sshd', ['-t', '-f', checkFile])
  } catch (cause) {
    throw refused(cause)
  } finally {
    await files.remove(candidateFile)
    await files.remove(checkFile)
  }
}

function refused(cause: unknown): SignetError {
  return new SignetError('configuration', `sshd does not accept its configuration with ${sshdDropInFile}`, {
    hint: 'sshd was left as it was; see what it finds wrong: sshd -t, and mind other files in /etc/ssh/sshd_config.d',
    cause,
  })
}
