import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  downFindings,
  downSigner,
  hostileSigner,
  hostileText,
  illFindings,
  illSigner,
  nothing,
  wellFindings,
  wellMaster,
  wellSigner,
} from '../../../test/support/host/shown-hosts.ts'
import { crowdedSigner, pageOf, readPage as read } from '../../../test/support/host/shown-pages.ts'
import { formatPage } from './format-page.ts'

const print = (...args: Parameters<typeof pageOf>): string => formatPage(pageOf(...args))
describe('the page', () => {
  it('begins with when the first master fails, and which', () => {
    const page = print(downSigner, downFindings)
    expect(page).toMatch(
      /<h1 id="verdict">No signer answers; the first master fails <strong>in 14 h 12 m<\/strong>, 03:12 UTC: kubemaster-7<\/h1>/,
    )
    expect(page.indexOf('<h1')).toBeLessThan(page.indexOf('<h2'))
    expect(print(wellSigner, wellFindings)).toContain('<strong>in 14 h 12 m</strong>, 03:12 UTC, without this signer')
  })

  it('says when it was written and until when it may be believed, both by the clock', () => {
    expect(read(print(wellMaster, wellFindings))).toContain(
      'Written 2031-01-01 13:00 UTC , to be believed until 2031-01-01 13:05 UTC .',
    )
    const [row] = wellMaster.certificates
    if (row === undefined) throw new Error('no certificate')
    const ending = { ...wellMaster, certificates: [{ ...row, notAfter: '2031-01-01T13:02:00.000Z' }] }
    expect(read(print(ending, wellFindings))).toContain('to be believed until 2031-01-01 13:02 UTC')
  })

  it('shows findings, the worst first, with what to type', () => {
    const text = read(print(illSigner, illFindings))
    expect(text).toMatch(
      /What to do broken the key .* type chmod 600 \/etc\/etcd\/pki\/server\.key; .* attention member etcd-2 .* type on that host: systemctl status etcd/,
    )
    expect(text).toContain('3 checks are well, 1 could not be made. More: signet doctor')
    expect(read(print(wellMaster, wellFindings))).toContain('No action is needed')
  })

  it('shows a lifetime as a bar with when it was issued, is due and ends, and says so in words', () => {
    const page = print(wellMaster, wellFindings, { role: 'master' })
    expect(page).toContain(
      'role="img" aria-label="25 % of its lifetime is used; renewal is due in 2 h 0 m; it ends in 14 h 12 m"',
    )
    expect(page).toContain('<line class="now" x1="25.5%"')
    expect(read(page)).toMatch(
      /issued 2031-01-01 03:12 UTC 9 h 48 m ago renewal due 2031-01-01 15:00 UTC in 2 h 0 m ends 2031-01-02 03:12 UTC in 14 h 12 m/,
    )
  })

  it('has members with their health, masters, the CA and the signer', () => {
    const text = read(print(illSigner, illFindings))
    expect(text).toContain('2 of 3 members are healthy')
    expect(text).toMatch(
      /etcd-2 unhealthy voter 3\.5\.24 25\.0 MB https:\/\/192\.0\.2\.12:2379 no answer within the time/,
    )
    expect(text).toMatch(/kubemaster-7 2031-01-02 03:12 UTC in 14 h 12 m 192\.0\.2\.27 changed key/)
    expect(text).toMatch(
      /signer 192\.0\.2\.11 answers its clock differs by 0\.1 s new members joins are open CA ends 2041-01-01 00:00 UTC in 3652 days pin of that CA SHA256:0123/,
    )
  })

  it.each([
    ['nothing', nothing, 'This host has no certificate'],
    ['master', wellMaster, 'First certificate ends'],
    ['member', { ...wellSigner, horizon: null, masters: null }, 'First certificate ends'],
    ['signer', wellSigner, 'The first master would fail'],
  ] as const)('tells a host what it is: %s', (role, host, headline) => {
    const page = print(host, wellFindings, { role })
    expect(read(page)).toContain(headline)
    expect(page.includes('<h2 id="masters">')).toBe(role === 'signer')
    expect(page.includes('<h2 id="members">')).toBe(role !== 'nothing')
  })

  it('of a master that the timer wrote says that nobody was asked', () => {
    const quiet = { ...wellMaster, members: [], signer: null }
    const text = read(print(quiet, wellFindings, { role: 'master', isByTimer: true }))
    expect(text).toContain('The timer of a master asks nobody')
    expect(text).toContain('Where it stays older: systemctl status signet-metrics.timer')
    expect(read(print(quiet, wellFindings, { role: 'member', isByTimer: true }))).toContain('etcd could not be asked')
  })

  it('of 5,000 masters shows those that fail first, though hundreds have expired, and stays small', () => {
    const page = print(crowdedSigner, wellFindings)
    expect(Buffer.byteLength(page)).toBeLessThan(64 * 1024)
    expect(read(page)).toContain('seen 5,000')
    expect(page.match(/<th role="rowheader" scope="row">kubemaster-/g)).toHaveLength(25)
    expect(read(page)).toContain('and 4,975 more')
    expect(read(page)).toMatch(/Key kubemaster-181 2031-01-01 13:30 UTC/)
  })

  it('stays small whatever etcd lists, and however long its names are', () => {
    const [row] = illSigner.members
    if (row === undefined) throw new Error('no member')
    const long = 'x'.repeat(1_000_000)
    const one = { ...row, name: long, version: long, fault: long, clientUrls: Array(100).fill(long), isHealthy: false }
    const finding = { check: 'x', level: 'broken', what: long, why: long, fix: long } as const
    const page = print({ ...illSigner, members: Array(5000).fill(one) }, Array(5000).fill(finding), { hostName: long })
    expect(Buffer.byteLength(page)).toBeLessThan(512 * 1024)
    expect(read(page)).toContain('and 4960 more')
  })

  it('holds no script, no handler, no style attribute and nothing of elsewhere', () => {
    for (const page of [print(illSigner, illFindings), print(crowdedSigner, wellFindings), print(nothing, [])]) {
      expect(page).not.toMatch(
        /<script|\son\w+=|\sstyle=|<(?:link|img|iframe|object|form|a)\b|\bsrc=|\bhref=|url\(|@import/i,
      )
      expect(page).not.toMatch(/http-equiv="refresh"/i)
    }
  })

  it('lets a browser apply its one style and nothing else', () => {
    const page = print(hostileSigner, [])
    const style = /<style>([^<]*)<\/style>/.exec(page)?.[1] ?? ''
    expect(page.match(/<style/g)).toHaveLength(1)
    expect(page).toContain(
      `content="default-src &#39;none&#39;; style-src &#39;sha256-${hash('sha256', style, 'base64')}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`,
    )
    // Before the policy nothing is loaded that it would not hold for.
    expect(page.indexOf('http-equiv')).toBeLessThan(page.indexOf('<style'))
  })

  it('shows hostile names as text', () => {
    const attack = `</style><script>alert(1)</script><img src=x onerror="alert(1)">'"&${hostileText}`
    const finding = { check: 'x', level: 'broken', what: attack, why: attack, fix: attack } as const
    const page = print(hostile(attack), [finding], { hostName: attack })
    expect(page).not.toMatch(/<script|<img/)
    for (const control of ['\u202e', '\u001b']) expect(page).not.toContain(control)
    const tags = (text: string): readonly string[] => text.match(/<\/?[a-z0-9]+/g) ?? []
    expect(tags(page)).toEqual(tags(print(hostile('harmless'), [{ ...finding, what: 'x', why: 'x', fix: 'x' }])))
  })

  it('is made of a clock that is wrong by decades', () => {
    for (const nowMs of [0, Date.UTC(1999, 0), Date.UTC(2106, 0), 8.6e15]) {
      const page = print(illSigner, illFindings, { nowMs })
      expect(page).toContain('<h1')
      expect(page).not.toMatch(/NaN|Infinity|undefined|Invalid/)
    }
  })
})

function hostile(name: string): typeof hostileSigner {
  const { certificates, members, masters, horizon } = hostileSigner
  return {
    ...hostileSigner,
    certificates: certificates.map((row) => ({ ...row, name, path: name })),
    members: members.map((row) => ({ ...row, name, fault: name, version: name, clientUrls: [name] })),
    masters: masters && {
      ...masters,
      soonest: masters.soonest.map((one) => ({ ...one, name, address: name, expiry: name })),
    },
    horizon: horizon && { ...horizon, name },
    signer: { address: name, isReachable: true, clockSkewMs: 0 },
    joins: { setting: name, areOpen: true, text: name },
  }
}
