import { type FleetHistory, simulateRenewals } from './simulate-renewals.ts'

const hourSeconds = 3600
const fleet = {
  masters: 100_000,
  lifetimeSeconds: 24 * hourSeconds,
  durationSeconds: 7 * 24 * hourSeconds,
} as const

const scenarios = [
  {
    title: 'installed over a day, signer away for 6 h on the third',
    installedWithinSeconds: 24 * hourSeconds,
    outage: { startSeconds: 54 * hourSeconds, lengthSeconds: 6 * hourSeconds },
  },
  {
    // Eight hours after the installation the first become due, eleven hours after it the last.
    title: 'installed within 10 min, signer away for the 6 h in which all become due',
    installedWithinSeconds: 600,
    outage: { startSeconds: 8 * hourSeconds, lengthSeconds: 6 * hourSeconds },
  },
] as const

/** 100,000 masters on a virtual clock for a week, each by the plan that `signet renew` follows. */
export function reportRenewals(print: (line: string) => void): void {
  print('## Renewing: 100,000 masters, 24 h certificates, one week on a virtual clock, signer away for 6 h\n')
  print(
    '| | renewals | mean a second | peak a second | over 10 s | failed attempts | ran out | all fresh after | least left |',
  )
  print('|---|---|---|---|---|---|---|---|---|')
  for (const { title, ...scenario } of scenarios) print(formatRow(title, simulateRenewals({ ...fleet, ...scenario })))
  print('')
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
