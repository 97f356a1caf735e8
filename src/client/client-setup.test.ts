import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../test/support/refusal.ts'
import type { Signer } from './ask/signer.ts'
import { systemPorts } from './client-setup.ts'
import { readState } from './saved-state.ts'

const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
const directory = mkdtempSync(join(tmpdir(), 'signet-test-'))
const nowhere: Signer = {
  address: '127.0.0.1',
  sshConfigFile: join(directory, 'none'),
  knownHostsFile: join(directory, 'known_hosts'),
  hostKeyPolicy: 'report',
}

describe('a failure', () => {
  it('says what to type for the directory that was given', async () => {
    const ports = systemPorts(streams, { dir: '/pki', isReadOnly: true })
    expect(await refusalOf(() => readState(join(directory, 'gone.json'), ports))).toMatchObject({
      code: 'configuration',
      hint: 'signet request --signer-ip=IP --dir=/pki',
    })
    expect(await refusalOf(() => ports.ask(nowhere, 'get-status'))).toMatchObject({
      code: 'configuration',
      hint: 'name the right one, or none: signet request --signer-ip=IP --dir=/pki --ssh-config=FILE',
    })
  })

  it('says it as it stands for the usual paths', async () => {
    const ports = systemPorts(streams, { isReadOnly: true })
    expect(await refusalOf(() => readState(join(directory, 'gone.json'), ports))).toMatchObject({
      hint: 'signet request --signer-ip=IP',
    })
  })
})
