import type { RunProgram } from '../../host/clock-sync.ts'
import { parseSshdSettings } from './parse-sshd-settings.ts'
import { planSshdProbes, type SshdProbe } from './plan-sshd-probes.ts'
import type { SshdAnswer } from './sshd-answer.ts'

const timeoutMs = 10_000

/** Where Debian's unit has what sshd is started with besides (`EnvironmentFile=` of ssh.service). */
export const sshdOptionsFile = '/etc/default/ssh'

/** Asks sshd, in place of each caller, what it has in force. Throws where it does not answer, or not in its own words. */
export async function readSshd(
  { networks, ownAddresses, options }: SshdQuestion,
  run: RunProgram,
): Promise<readonly SshdAnswer[]> {
  const answers: SshdAnswer[] = []
  for (const probe of planSshdProbes(networks, ownAddresses)) {
    const text = await run('sshd', ['-T', '-C', formatCaller(probe), ...options], timeoutMs)
    answers.push({ probe, settings: parseSshdSettings(text) })
  }
  return answers
}

export interface SshdQuestion {
  readonly networks: readonly string[]
  readonly ownAddresses: readonly string[]
  /** What else sshd is started with. */
  readonly options: readonly string[]
}

// Without a name of the caller's: sshd looks up none (UseDNS no) and takes the address for it.
function formatCaller({ address, localAddress }: SshdProbe): string {
  return `user=signer,host=${address},addr=${address},laddr=${localAddress},lport=22`
}

/** The options in the text of sshd's environment file, split as systemd splits `$SSHD_OPTS`. */
export function parseSshdOptions(text: string): readonly string[] {
  // Of several the last one counts (systemd.exec(5), EnvironmentFile=).
  const [, value = ''] = [...text.matchAll(/^\s*SSHD_OPTS=(.*)$/gm)].at(-1) ?? []
  return value
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .split(/\s+/)
    .filter((word) => word !== '')
}
