import { describe, expect, it } from 'vitest'
import { findWorstOutages } from '../../bench/find-worst-outage.ts'
import { type FleetScenario, simulateRenewals } from '../../bench/simulate-renewals.ts'

const hourSeconds = 3600
const scenario: FleetScenario = {
  masters: 2000,
  lifetimeSeconds: 24 * hourSeconds,
  durationSeconds: 72 * hourSeconds,
  installedWithinSeconds: 600,
  outage: { startSeconds: 8 * hourSeconds, lengthSeconds: 6 * hourSeconds },
}

function away(lengthHours: number) {
  const outage = { ...scenario.outage, lengthSeconds: lengthHours * hourSeconds }
  return simulateRenewals({ ...scenario, outage })
}

describe('a fleet of masters', () => {
  it('loses no certificate while the signer is away for six hours, and is fresh within the longest pause', () => {
    const { ranOut, secondsUntilFresh, failedAttempts } = away(6)
    expect(failedAttempts).toBeGreaterThan(scenario.masters)
    expect(ranOut).toBe(0)
    // A twelfth of the lifetime, and the timer's next look.
    expect(secondsUntilFresh).toBeLessThan(2 * hourSeconds + 7 * 60)
  })

  it('loses none while the signer is away for two thirds of the lifetime before any was due', () => {
    expect(away(15).ranOut).toBe(0)
  })

  it('loses certificates once the signer is away for longer than they live, which shows that the count counts', () => {
    expect(away(17).ranOut).toBe(scenario.masters)
  })

  it('has more than four and a half hours left at the worst of all moments for an outage', () => {
    const { masters: _, ...fleet } = scenario
    const search = { lengthSeconds: 6 * hourSeconds, latestStartSeconds: 24 * hourSeconds, stepSeconds: hourSeconds }
    const { leastLeftStartSeconds } = findWorstOutages({ ...fleet, masters: 200 }, search)
    const outage = { startSeconds: leastLeftStartSeconds, lengthSeconds: search.lengthSeconds }
    const { leastLeftSeconds, ranOut } = simulateRenewals({ ...scenario, outage })
    // Due by 11 h of 24 at the latest, then 6 h of outage, the longest pause of 2 h, and a look of the timer.
    expect(leastLeftSeconds).toBeGreaterThan(4.75 * hourSeconds)
    expect(ranOut).toBe(0)
  })

  it('does not call all at once when the signer is back', () => {
    expect(away(6).peakPerSecond).toBeLessThan(scenario.masters / 200)
  })
})
