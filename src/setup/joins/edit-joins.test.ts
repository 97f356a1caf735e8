import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { parseConfig } from '../../host/signet-config.ts'
import { editJoins } from './edit-joins.ts'

const text = `# Ours, of the team that runs etcd.
controlPlaneNetworks:
  # The racks of the first hall.
  - 192.0.2.0/24
  - "2001:db8::/64" # the second
lifetimes: { client: 8h } # as agreed
endpoint:
  front: openssh
`

function edited(edit: Parameters<typeof editJoins>[1], before = text): string {
  return editJoins(before, edit, 'a test')
}

describe('editJoins', () => {
  it('adds what closes joins, and keeps all that root wrote, comments and order too', () => {
    const add = [
      { name: 'etcd-1', address: '192.0.2.11' },
      { name: 'etcd-2', address: '2001:db8::12' },
    ]
    const after = edited({ joins: 'closed', add })
    expect(after).toBe(`${text}joins: closed
members:
  etcd-1: 192.0.2.11
  etcd-2: 2001:db8::12
`)
    expect(parseConfig(after, 'a test')).toMatchObject({
      joins: 'closed',
      members: { 'etcd-1': '192.0.2.11', 'etcd-2': '2001:db8::12' },
    })
  })

  it('changes a setting where it stands', () => {
    const before = `joins: open # until the third\n${text}members: {}\n`
    const after = edited({ joins: 'closed', add: [{ name: 'etcd-1', address: '192.0.2.11' }] }, before)
    expect(after).toBe(`joins: closed # until the third\n${text}members:\n  etcd-1: 192.0.2.11\n`)
  })

  it('writes a time in quotes, and takes them away again', () => {
    const until = edited({ joins: '2026-01-31T13:00:00.000Z' })
    expect(until).toBe(`${text}joins: "2026-01-31T13:00:00.000Z"\n`)
    expect(edited({ joins: 'closed' }, until)).toBe(`${text}joins: closed\n`)
  })

  it('takes a pair out, whatever the case of its name, and leaves the others with their comments', () => {
    const members = 'members:\n  # the signer\n  etcd-1: 192.0.2.11\n  Etcd-X: 192.0.2.12\n  etcd-3: 192.0.2.13 # new\n'
    const after = edited({ remove: ['etcd-x'] }, `${text}${members.replace('Etcd-X', 'etcd-X')}`)
    expect(after).toBe(`${text}members:\n  # the signer\n  etcd-1: 192.0.2.11\n  etcd-3: 192.0.2.13 # new\n`)
    expect(edited({ remove: ['etcd-1'] }, text)).toBe(text)
  })

  it('changes nothing at the second time', () => {
    const edit = { joins: 'closed', add: [{ name: 'etcd-1', address: '192.0.2.11' }] } as const
    expect(edited(edit, edited(edit))).toBe(edited(edit))
  })

  it('leaves alone what the services would not take', async () => {
    const broken = Promise.resolve().then(() => edited({ joins: 'closed' }, `${text}colour: red\n`))
    expect(await refusalOf(broken)).toMatchObject({ code: 'configuration' })
  })
})
