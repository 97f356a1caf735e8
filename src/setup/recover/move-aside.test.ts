import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { formatUtc, moveAside, moveBack, planAside, readDataDirectory } from './move-aside.ts'

const utc = '20260301T120000Z'

let root: string
let data: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet-aside-'))
  data = join(root, 'signet')
  mkdirSync(join(data, 'member'), { recursive: true })
  writeFileSync(join(data, 'member', 'db'), 'old')
})
afterEach(() => rmSync(root, { recursive: true }))

describe('the data of a member', () => {
  it('go beside the data directory', () => {
    expect(planAside({ path: '/d', isLink: false, mountPoints: ['/'] }, utc)).toEqual({
      live: '/d',
      aside: '/d.before-20260301T120000Z',
      making: '/d.making',
    })
  })

  it('go within it where it is a file system of its own', () => {
    expect(planAside({ path: '/d', isLink: false, mountPoints: ['/', '/d'] }, utc)).toEqual({
      live: '/d/member',
      aside: '/d/member.before-20260301T120000Z',
      making: '/d/member.making',
    })
  })

  it('do not go where a part of them is a file system of its own', () => {
    const refusal = syncRefusalOf(() =>
      planAside({ path: '/d', isLink: false, mountPoints: ['/d', '/d/member/wal'] }, utc),
    )
    expect(refusal).toMatchObject({ code: 'configuration', message: expect.stringContaining('/d/member/wal') })
  })

  it('do not go through a link', async () => {
    const link = join(root, 'link')
    symlinkSync(data, link)
    const found = await readDataDirectory(link)
    expect(syncRefusalOf(() => planAside(found, utc)).message).toContain('is a link')
  })

  it('go once, and come back once, whatever is done again', async () => {
    const place = planAside(await readDataDirectory(data), utc)
    await moveAside(place)
    mkdirSync(place.live)
    writeFileSync(join(place.live, 'new'), 'new')
    await moveAside(place)
    expect(readFileSync(join(place.aside, 'member', 'db'), 'utf8')).toBe('old')
    expect(existsSync(join(place.live, 'new'))).toBe(true)
    await expect(moveBack(place)).rejects.toThrow('is there again')
    rmSync(place.live, { recursive: true })
    await moveBack(place)
    await moveBack(place)
    expect(readFileSync(join(data, 'member', 'db'), 'utf8')).toBe('old')
    expect(existsSync(place.aside)).toBe(false)
  })
})

it('a moment in a name has its seconds, and sorts', () => {
  expect(formatUtc(Date.parse('2026-03-01T12:00:00.789Z'))).toBe(utc)
})
