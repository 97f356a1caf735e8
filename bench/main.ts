// Measures what the documents claim, side by side in one run, and prints it as Markdown.
import { cpus, release } from 'node:os'
import { benchSigning } from './sign-certificates.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const round = (value: number): string => Math.round(value).toLocaleString('en')

const [cpu] = cpus()
print(
  `Measured ${new Date().toISOString().slice(0, 10)} on ${cpus().length} × ${cpu?.model.trim()}, Linux ${release()}, Node ${process.version}.\n`,
)
const { signet, openssl } = benchSigning()
print('## Signing, one core, P-256, journal aside (medians of 9 rounds)\n')
print('| | a second | a CPU second |\n|---|---|---|')
print(
  `| Signet: read, verify, decide, sign, read again, verify | ${round(signet.perSecond)} | ${round(signet.perCpuSecond)} |`,
)
print(`| OpenSSL alone: import, verify, sign, verify | ${round(openssl.perSecond)} | ${round(openssl.perCpuSecond)} |`)
print(
  `\nSignet does ${((100 * signet.perCpuSecond) / openssl.perCpuSecond).toFixed(0)} % of what OpenSSL alone can do.`,
)
