import { describe, expect, it } from 'vitest'
import { adviseRenewal, pairCommands, renewalTimer } from './renewal-timer.ts'

const debian = { hasSystemd: true, mayEnable: true }
const container = { hasSystemd: false, mayEnable: false }

describe('what renews a certificate', () => {
  it('is one timer for the usual paths, and one for each directory', () => {
    expect(renewalTimer(undefined)).toBe('signet-renew.timer')
    expect(renewalTimer('/etc/my-pki/')).toBe('signet-renew@etc-my\\x2dpki.timer')
    expect(adviseRenewal(undefined, debian)).toBe('systemctl enable --now signet-renew.timer')
    expect(adviseRenewal('/etc/my-pki', debian)).toBe("systemctl enable --now 'signet-renew@etc-my\\x2dpki.timer'")
  })

  it('is a process that stays, where no timer can be had', () => {
    expect(adviseRenewal(undefined, container)).toMatch(/^signet renew --daemon /)
    expect(adviseRenewal('/pki', container)).toMatch(/^signet renew --dir=\/pki --daemon /)
  })

  it('is named where something is wrong with a pair', () => {
    expect(pairCommands(undefined, debian).renewing).toBe('systemctl status signet-renew.timer')
    expect(pairCommands('/a b', debian).request).toBe("signet request --signer-ip=IP --dir='/a b'")
    expect(pairCommands('/pki', container).renewing).toBe('signet renew --dir=/pki --daemon')
  })
})
