import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ownMain } from '../support/shell/own-program.ts'
import { runClient } from '../support/shell/run-client.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-endpoint-'))
afterAll(() => rmSync(directory, { recursive: true }))

it('an endpoint that cannot listen ends at once, so that systemd starts it again', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const place = other.address()
  const port = typeof place === 'object' && place !== null ? place.port : 0
  const config = join(directory, 'signet.yaml')
  const embedded = { address: '127.0.0.1', port, hostKey: join(directory, 'host-key') }
  writeFileSync(
    config,
    JSON.stringify({ controlPlaneNetworks: ['127.0.0.0/8'], endpoint: { front: 'embedded', embedded } }),
  )
  const { status, stderr } = await runClient(process.execPath, [ownMain, 'endpoint', '--config', config])
  other.close()
  expect(status).toBe(78)
  expect(stderr).toContain(`${port}`)
})
