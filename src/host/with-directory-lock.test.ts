import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { describeWith } from '../../test/support/external-program.ts'
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
})
