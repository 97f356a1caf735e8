import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { asOtherAccount, canBeTwoAccounts, startAsOtherAccount } from '../../../test/support/host/other-account.ts'
import { describeWith } from '../../../test/support/shell/external-program.ts'
import { withDirectoryLock } from './with-directory-lock.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-lock-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describeWith('flock', 'work under the lock of a directory', () => {
  it('is done by one after the other, and leaves nothing in the directory', async () => {
    const order: string[] = []
    const first = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    const one = withDirectoryLock(directory, async () => {
      held.resolve()
      await first.promise
      order.push('first')
    })
    await held.promise
    const other = withDirectoryLock(directory, async () => order.push('second'))
    first.resolve()
    await Promise.all([one, other])
    expect(order).toEqual(['first', 'second'])
    expect(readdirSync(directory)).toEqual([])
  })

  it('gives back what the work gives, and lets go when the work fails', async () => {
    await expect(withDirectoryLock(directory, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed')
    expect(await withDirectoryLock(directory, async () => 'done')).toBe('done')
  })

  it('is not begun where there is no such directory', async () => {
    const working = withDirectoryLock(join(directory, 'none'), async () => 'done')
    await expect(working).rejects.toMatchObject({ code: 'configuration' })
  })

  it('is done by one at a time, however many come and go', async () => {
    let atWork = 0
    let most = 0
    const work = async (): Promise<void> => {
      atWork += 1
      most = Math.max(most, atWork)
      await new Promise((resolve) => setTimeout(resolve, 5))
      atWork -= 1
    }
    await Promise.all(Array.from({ length: 8 }, () => withDirectoryLock(directory, work)))
    expect([most, readdirSync(directory)]).toEqual([1, []])
  })

  it('is begun where a power cut has left the lock behind', async () => {
    mkdirSync(join(directory, '.signet-lock'), { mode: 0o700 })
    expect(await withDirectoryLock(directory, async () => 'done')).toBe('done')
    expect(readdirSync(directory)).toEqual([])
  })

  it('is not begun where the lock is one that others can open', async () => {
    mkdirSync(join(directory, '.signet-lock'), { mode: 0o755 })
    await expect(withDirectoryLock(directory, async () => 'done')).rejects.toMatchObject({ code: 'refused' })
    rmdirSync(join(directory, '.signet-lock'))
  })

  it.skipIf(!canBeTwoAccounts('a lock that another account holds'))(
    'is not kept waiting by an account that can read the directory',
    async () => {
      chmodSync(directory, 0o755)
      const stop = startAsOtherAccount('exec flock --exclusive . sleep 60', directory)
      asOtherAccount('while flock --exclusive --nonblock . true; do sleep 0.01; done', directory)
      const refused = `! flock --exclusive '${join(directory, '.signet-lock')}/.' true 2>/dev/null`
      await withDirectoryLock(directory, async () => asOtherAccount(refused, directory)).finally(stop)
    },
    20_000,
  )
})
