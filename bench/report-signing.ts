import { benchSigning } from './sign-certificates.ts'

const round = (value: number): string => Math.round(value).toLocaleString('en')

/** Measures signing and reports it as Markdown. */
export function reportSigning(print: (line: string) => void): void {
  const { signet, openssl } = benchSigning()
  print('## Signing, one core, P-256, journal aside (medians of 9 rounds)\n')
  print('| | a second | a CPU second |\n|---|---|---|')
  print(
    `| Signet: read, verify, decide, sign, read again, verify | ${round(signet.perSecond)} | ${round(signet.perCpuSecond)} |`,
  )
  print(
    `| OpenSSL alone: import, verify, sign, verify | ${round(openssl.perSecond)} | ${round(openssl.perCpuSecond)} |`,
  )
  print(
    `\nSignet does ${((100 * signet.perCpuSecond) / openssl.perCpuSecond).toFixed(0)} % of what OpenSSL alone can do.\n`,
  )
}
