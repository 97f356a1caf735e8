import fc from 'fast-check'
import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { formatEtcdFlagsFile, parseEtcdFlagsFile } from './etcd-environment-file.ts'

const flags = [
  '--name=etcd-1',
  '--listen-peer-urls=https://[2001:db8::1]:2380',
  '--feature-gates=InitialCorruptCheck=true',
]

it('the flags are one variable that systemd splits at blanks', () => {
  const text = formatEtcdFlagsFile(flags)
  expect(text).toContain(`\nSIGNET_ETCD_FLAGS="${flags.join(' ')}"\n`)
  expect(parseEtcdFlagsFile(text)).toEqual(flags)
})

it('a file without the variable holds no flags', () => {
  expect(parseEtcdFlagsFile('# nothing\n')).toEqual([])
})

it.each([
  '--name=a b',
  '--name=$HOME',
  '--name=%H',
  '--name="',
  "--name='",
  '--name=\\',
  '--name=a\n--x=1',
  'name=a',
  '--name',
])('refuses %j, which systemd would hand on as something else', async (flag) => {
  expect(await refusalOf(() => formatEtcdFlagsFile([flag]))).toMatchObject({ code: 'internal' })
})

it('whatever is accepted is read back as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^--[a-z-]{1,9}=[A-Za-z0-9_./:,=[\]-]{0,20}$/)), (list) => {
      expect(parseEtcdFlagsFile(formatEtcdFlagsFile(list))).toEqual(list)
    }),
  )
})
