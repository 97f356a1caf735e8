import { expect, it } from 'vitest'
import { SignetError } from '../../core/signet-error.ts'
import { parseConfig } from '../../host/signet-config.ts'
import { ensureSshdDropIn, formatSshdDropIn, sshdDropInFile } from './sshd-drop-in.ts'

const config = parseConfig('controlPlaneNetworks: [192.0.2.0/24, "2001:db8::/64"]', 'a test')
const embedded = parseConfig('controlPlaneNetworks: [192.0.2.0/24]\nendpoint: {front: embedded}', 'a test')

it('lets the account in from the control-plane networks alone, and forces the relay on it', () => {
  const [inside = '', outside = ''] = formatSshdDropIn(config)
    .split(/^Match /m)
    .slice(1)
  expect(inside).toMatch(/^User signer Address 192\.0\.2\.0\/24,2001:db8::\/64\n/)
  expect(inside).toContain('AuthenticationMethods none')
  expect(inside).toContain('ForceCommand /usr/bin/signet-relay')
  expect(outside).toMatch(/^User signer\n/)
  expect(outside).toContain('PermitEmptyPasswords no')
  expect(outside).not.toContain('AuthenticationMethods none')
})

it('touches no other account but for MaxStartups', () => {
  const [globals = ''] = formatSshdDropIn(config).split(/^Match /m)
  expect(globals.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    'MaxStartups 1000:30:2000',
  ])
})

it.each([
  ['192.0.2.7/24', '192.0.2.0/24'],
  ['192.0.2.7/32', '192.0.2.7/32'],
  ['2001:db8:0:0:1::/64', '2001:db8::/64'],
])('writes the network %s as sshd understands it', (network, written) => {
  const own = parseConfig(`controlPlaneNetworks: ["${network}"]`, 'a test')
  expect(formatSshdDropIn(own)).toContain(`Match User signer Address ${written}\n`)
})

it('shuts the account out of sshd where the embedded front is chosen', () => {
  expect(formatSshdDropIn(embedded)).not.toMatch(/PermitEmptyPasswords yes|MaxStartups|AuthenticationMethods none/)
})

/** A host with one file, on which sshd says yes or no. */
function fakeSshd(isAccepted: boolean, old?: string) {
  const there = new Map(old === undefined ? [] : [[sshdDropInFile, old]])
  const commands: string[] = []
  // What is live while sshd looks, and what it looks at.
  const seen: (string | undefined)[] = []
  const world = {
    files: {
      read: async (path: string) => {
        const text = there.get(path)
        return text === undefined ? undefined : { text, mode: 0o644, uid: 0, gid: 0 }
      },
      write: async (path: string, text: string) => void there.set(path, text),
      remove: async (path: string) => void there.delete(path),
      makeDirectory: async () => {},
    },
    run: async (command: string, args: readonly string[]) => {
      commands.push([command, ...args].join(' '))
      if (command === 'sshd') seen.push(there.get(sshdDropInFile), there.get(args.at(-1) ?? ''))
      if (command === 'sshd' && !isAccepted) throw new SignetError('configuration', 'sshd -t failed')
    },
  }
  return { there, commands, seen, world }
}

const check = 'sshd -t -f /run/signet/sshd-check.conf'

it('is checked within the whole configuration before it goes live, and then sshd reads it', async () => {
  const { there, commands, seen, world } = fakeSshd(true, 'old\n')
  expect(await ensureSshdDropIn(config, world)).toBe(true)
  expect(seen).toEqual(['old\n', 'Include /run/signet/sshd-candidate.conf\nInclude /etc/ssh/sshd_config\n'])
  expect([...there]).toEqual([[sshdDropInFile, formatSshdDropIn(config)]])
  expect(commands).toEqual([check, 'systemctl try-reload-or-restart ssh.service'])
})

it('leaves sshd alone where nothing changes', async () => {
  const { commands, world } = fakeSshd(true, formatSshdDropIn(config))
  expect(await ensureSshdDropIn(config, world)).toBe(false)
  expect(commands).toEqual([])
})

it.each([
  ['leaves the old one', 'old\n'],
  ['leaves none behind', undefined],
])('%s where sshd refuses the new one, and does not reload sshd', async (_what, old) => {
  const { there, commands, world } = fakeSshd(false, old)
  await expect(ensureSshdDropIn(config, world)).rejects.toMatchObject({ code: 'configuration' })
  expect([...there]).toEqual(old === undefined ? [] : [[sshdDropInFile, old]])
  expect(commands).toEqual([check])
})
