import { type FleetHistory, type FleetScenario, simulateRenewals } from './simulate-renewals.ts'

/** Where to look for the worst: an outage of this length, from 0 on, in steps. */
export interface OutageSearch {
  readonly lengthSeconds: number
  readonly latestStartSeconds: number
  readonly stepSeconds: number
}

/** The starts of an outage after which the peak was highest, and after which a certificate had least left. */
export interface WorstOutages {
  readonly tried: number
  readonly peakStartSeconds: number
  readonly leastLeftStartSeconds: number
}

const daySeconds = 24 * 3600

/** Lets a fleet live through an outage at each of many moments. */
export function findWorstOutages(fleet: Omit<FleetScenario, 'outage'>, search: OutageSearch): WorstOutages {
  const { lengthSeconds, latestStartSeconds, stepSeconds } = search
  const starts = Array.from({ length: Math.floor(latestStartSeconds / stepSeconds) + 1 }, (_, i) => i * stepSeconds)
  const histories = starts.map((startSeconds) => {
    // What an outage does is over a day after it.
    const durationSeconds = startSeconds + lengthSeconds + daySeconds
    return simulateRenewals({ ...fleet, durationSeconds, outage: { startSeconds, lengthSeconds } })
  })
  const startOfMost = (measure: (history: FleetHistory) => number): number => {
    const measures = histories.map(measure)
    return starts[measures.indexOf(Math.max(...measures))] ?? 0
  }
  return {
    tried: starts.length,
    peakStartSeconds: startOfMost(({ peakOverTenSeconds }) => peakOverTenSeconds),
    leastLeftStartSeconds: startOfMost(({ leastLeftSeconds }) => -leastLeftSeconds),
  }
}
