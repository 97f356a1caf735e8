import { quoteSshPath } from './quote-ssh-path.ts'
import { requireHost, type Signer } from './signer.ts'

/**
 * How a first or a changed host key is met: as the signer's policy says (`own`), the same but writing nothing down
 * (`unwritten`), or not at all (`throw-away`).
 */
export type KnownHosts = 'own' | 'unwritten' | 'throw-away'

const connectTimeoutSeconds = 10

/** The arguments with which stock `ssh` asks a signer one word and can do nothing else. Pure. */
export function planSshArguments(signer: Signer, word: string, knownHosts: KnownHosts): readonly string[] {
  const { port, bindAddress, sshConfigFile } = signer
  const options = [...fixedOptions, ...hostKeyOptions(signer, knownHosts)]
  return [
    // The account's own settings could send the call through a proxy, and so from another address.
    '-F',
    sshConfigFile ?? 'none',
    '-T',
    ...options.flatMap((option) => ['-o', option]),
    ...(port === undefined ? [] : ['-p', `${port}`]),
    ...(bindAddress === undefined ? [] : ['-b', requireHost(bindAddress)]),
    '-l',
    'signer',
    '--',
    requireHost(signer.address),
    word,
  ]
}

const fixedOptions: readonly string[] = [
  'BatchMode=yes',
  `ConnectTimeout=${connectTimeoutSeconds}`,
  'ConnectionAttempts=1',
  'ServerAliveInterval=5',
  'ServerAliveCountMax=3',
  'LogLevel=ERROR',
  // The account has no password and no key: ssh tries "none" first whatever stands here, and then nothing else.
  'PreferredAuthentications=none',
  'IdentityFile=none',
  'IdentityAgent=none',
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
  'ControlMaster=no',
  'ControlPath=none',
  'EscapeChar=none',
  'UpdateHostKeys=no',
  'VerifyHostKeyDNS=no',
  'CheckHostIP=no',
  'HashKnownHosts=no',
  // OpenSSH from 10.1 warns of key exchange that is not post-quantum; older ones do not know the option.
  'IgnoreUnknown=WarnWeakCrypto',
  'WarnWeakCrypto=no',
]

function hostKeyOptions({ knownHostsFile, hostKeyPolicy }: Signer, knownHosts: KnownHosts): readonly string[] {
  const globalFile = 'GlobalKnownHostsFile=/dev/null'
  if (knownHosts === 'throw-away') return [globalFile, 'UserKnownHostsFile=/dev/null', 'StrictHostKeyChecking=no']
  const checking = hostKeyPolicy === 'strict' ? 'yes' : 'accept-new'
  // ssh looks into all files, and writes a first key into the first of them.
  const first = knownHosts === 'unwritten' ? '/dev/null ' : ''
  return [globalFile, `UserKnownHostsFile=${first}${quoteSshPath(knownHostsFile)}`, `StrictHostKeyChecking=${checking}`]
}
