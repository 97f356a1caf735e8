import { describe, expect, it } from 'vitest'
import { judgeRenewalTimer } from './judge-renewal-timer.ts'

describe('judgeRenewalTimer', () => {
  const unit = 'signet-renew.timer'

  it.each<[boolean | undefined, boolean, string]>([
    [true, true, 'well'],
    [true, false, 'well'],
    [false, true, 'attention'],
    [false, false, 'note'],
    [undefined, true, 'unknown'],
  ])('judges a timer that is active: %s, of the usual place: %s, as %s', (isActive, isUsual, level) => {
    expect(judgeRenewalTimer({ unit, isActive, isUsual })).toMatchObject({ check: 'renewal-timer', level })
  })

  it('says how to have it renewed', () => {
    const { fix, why } = judgeRenewalTimer({ unit, isActive: false, isUsual: true })
    expect(fix).toBe("systemctl enable --now 'signet-renew.timer'")
    expect(why).toContain('cut off from etcd')
  })
})
