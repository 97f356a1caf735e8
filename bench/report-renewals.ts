import { findWorstOutages } from './find-worst-outage.ts'
import { type FleetHistory, simulateRenewals } from './simulate-renewals.ts'

const hourSeconds = 3600
const fleet = {
  masters: 100_000,
  lifetimeSeconds: 24 * hourSeconds,
  durationSeconds: 7 * 24 * hourSeconds,
} as const
const lengthSeconds = 6 * hourSeconds

/** The worst moment is looked for with fewer masters: each try is a fleet of its own. */
const search = { masters: 4000, latestStartSeconds: 72 * hourSeconds, stepSeconds: hourSeconds / 2 } as const

const installations = [
  { title: 'installed over a day', installedWithinSeconds: 24 * hourSeconds },
  { title: 'installed within 10 min', installedWithinSeconds: 600 },
] as const

/** 100,000 masters on a virtual clock for a week, each by the plan that `signet renew` follows. */
export function reportRenewals(print: (line: string) => void): void {
  print('## Renewing: 100,000 masters, 24 h certificates, one week on a virtual clock, signer away for 6 h\n')
  print(
    '| | renewals | mean a second | peak a second | over 10 s | failed attempts | ran out | all fresh after | least left |',
  )
  print('|---|---|---|---|---|---|---|---|---|')
  for (const installation of installations) reportInstallation(installation, print)
  print('')
}

function reportInstallation(
  { title, installedWithinSeconds }: (typeof installations)[number],
  print: (line: string) => void,
): void {
  const { masters, ...moments } = search
  const worst = findWorstOutages({ ...fleet, masters, installedWithinSeconds }, { ...moments, lengthSeconds })
  const outages = [
    [`no outage`, 0, 0],
    [`worst of ${worst.tried} starts for the peak`, worst.peakStartSeconds, lengthSeconds],
    [`worst of ${worst.tried} starts for what is left`, worst.leastLeftStartSeconds, lengthSeconds],
  ] as const
  for (const [what, startSeconds, length] of outages) {
    const outage = { startSeconds, lengthSeconds: length }
    const when = length === 0 ? '' : ` (after ${startSeconds / hourSeconds} h)`
    print(formatRow(`${title}; ${what}${when}`, simulateRenewals({ ...fleet, installedWithinSeconds, outage })))
  }
}

function formatRow(title: string, history: FleetHistory): string {
  const cells = [
    title,
    history.renewals.toLocaleString('en'),
    history.meanPerSecond.toFixed(1),
    `${history.peakPerSecond}`,
    history.peakOverTenSeconds.toFixed(1),
    history.failedAttempts.toLocaleString('en'),
    `${history.ranOut}`,
    `${Math.round(history.secondsUntilFresh / 60)} min`,
    `${(history.leastLeftSeconds / hourSeconds).toFixed(1)} h`,
  ]
  return `| ${cells.join(' | ')} |`
}
