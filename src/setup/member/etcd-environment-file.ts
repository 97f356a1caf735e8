import { SignetError } from '../../core/signet-error.ts'

// Not ETCD_…: etcd takes variables of that prefix for settings of its own.
const variable = 'SIGNET_ETCD_FLAGS'

/** Nothing that systemd would split, expand or unquote: what a flag holds must arrive as it is. */
const flagPattern = /^--[a-z0-9-]+=[A-Za-z0-9_./:,=[\]-]*$/

/**
 * The file from which the drop-in of etcd.service takes etcd's flags: `ExecStart=/etc/signet/etcd-bin/etcd $SIGNET_ETCD_FLAGS`, which
 * systemd splits at blanks. So they stand on the process's command line, where audits such as kube-bench look for them.
 */
export function formatEtcdFlagsFile(flags: readonly string[]): string {
  const odd = flags.find((flag) => !flagPattern.test(flag))
  if (odd === undefined) return `# Written by signet init or join.\n${variable}="${flags.join(' ')}"\n`
  throw new SignetError('internal', `a flag of etcd cannot be handed to systemd: ${odd.split('=')[0]}`)
}

/** The flags in such a file. */
export function parseEtcdFlagsFile(text: string): readonly string[] {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${variable}=`)) ?? ''
  return line
    .slice(variable.length + 1)
    .replaceAll('"', '')
    .split(' ')
    .filter((flag) => flag !== '')
}
