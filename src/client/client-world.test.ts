import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../test/support/refusal.ts'
import type { Signer } from './ask/signer.ts'
import { systemClientWorld } from './client-world.ts'
import { readState } from './saved-state.ts'

const stateFile = '/nowhere/gone.json'
const nowhere: Signer = {
  address: '127.0.0.1',
  sshConfigFile: '/nowhere/ssh_config',
  knownHostsFile: '/nowhere/known_hosts',
  hostKeyPolicy: 'report',
}

describe('a failure', () => {
  it('says what to type for the directory that was given', async () => {
    const world = systemClientWorld(() => {}, { dir: '/pki', isReadOnly: true })
    expect(await refusalOf(() => readState(stateFile, world))).toMatchObject({
      code: 'configuration',
      hint: 'signet request --signer-ip=IP --dir=/pki',
    })
    expect(await refusalOf(() => world.ask(nowhere, 'get-status'))).toMatchObject({
      code: 'configuration',
      hint: 'name the right one, or none: signet request --signer-ip=IP --dir=/pki --ssh-config=FILE',
    })
  })

  it('says it as it stands for the usual paths', async () => {
    const world = systemClientWorld(() => {}, { isReadOnly: true })
    expect(await refusalOf(() => readState(stateFile, world))).toMatchObject({
      hint: 'signet request --signer-ip=IP',
    })
  })
})
