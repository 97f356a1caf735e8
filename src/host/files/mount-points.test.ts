import { expect, it } from 'vitest'
import { isMountPoint, parseMountPoints } from './mount-points.ts'

it('are read from what the kernel writes, spaces and backslashes included', () => {
  const text = [
    '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue',
    '37 35 0:5 /x /pki/my\\040own\\134client.crt ro - tmpfs none rw',
    '',
  ].join('\n')
  expect(parseMountPoints(text)).toEqual(['/mnt2', '/pki/my own\\client.crt'])
})

it('are known of this host, and nothing else is one', async () => {
  expect(await isMountPoint('/proc')).toBe(true)
  expect(await isMountPoint('/proc/self')).toBe(false)
  expect(await isMountPoint('/no/such/directory')).toBe(false)
})
