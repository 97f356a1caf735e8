import { afterAll, beforeAll, describe, it } from 'vitest'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { expectSoonAnswered, hangingParts, recovered, stopped } from '../support/host/hanging-parts.ts'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { requestCertificate } from '../support/host/sandbox-master.ts'

const sandbox = new SandboxFixture()

// All of them at once: hanging-host.test.ts.
describe.skipIf(findEtcd() === undefined)('a host that hangs', () => {
  beforeAll(async () => {
    await sandbox.start('--members', '3')
    await requestCertificate(sandbox)
  }, 90_000)

  afterAll(() => sandbox.stop())

  it.each(Object.entries(hangingParts))(
    'in %s has an answer of status and doctor within five seconds',
    {
      timeout: 30_000,
    },
    async (_what, pidsOf) => {
      await expectSoonAnswered(sandbox, { hang: () => stopped(...pidsOf(sandbox)) })
      await recovered(sandbox)
    },
  )
})
