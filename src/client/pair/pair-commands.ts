import { resolve } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'

/** What to type for a pair, where the commands must be told its place. */
export interface PairCommands {
  /** With `IP` for the signer. */
  readonly request: string
  readonly renew: string
  /** Makes a new key and has it certified, whatever there is of the old one. */
  readonly newKey: string
  /** What shows that it is renewed, or does it. */
  readonly renewing: string
}

/** What makes a pair anew. */
export type RequestCommands = Pick<PairCommands, 'request' | 'newKey'>

/** For the pair in a directory that `--dir` names, or in the usual places. */
export function requestCommands(dir: string | undefined): RequestCommands {
  const request = `signet request --signer-ip=IP${dirOption(dir)}`
  return { request, newKey: `${request} --new-key` }
}

/** The option that names a directory, with the blank before it. */
export function dirOption(dir: string | undefined): string {
  return dir === undefined ? '' : ` --dir=${quoteShell(resolve(dir))}`
}

/** For a pair at the places where the commands look by themselves. */
export const defaultPairCommands: PairCommands = {
  ...requestCommands(undefined),
  renew: 'signet renew',
  renewing: 'systemctl status signet-renew.timer',
}

/** Puts an installed CA certificate away and takes the signer's, where the operator has the pin of it. */
export function freshCaCommand(
  caFile: string,
  { request }: Pick<PairCommands, 'request'> = defaultPairCommands,
): string {
  return `mv ${quoteShell(caFile)} ${quoteShell(`${caFile}.old`)} && ${request} --pin=PIN`
}

/** For a member's pair. It has its name from a join, and no request: a new key is one that renewing finds. */
export function memberCommands(
  keyFile: string,
  stateFile: string,
  owner?: { readonly uid: number; readonly gid: number },
): Pick<PairCommands, 'renew' | 'newKey'> {
  const key = quoteShell(keyFile)
  const renew = `signet renew --state=${quoteShell(stateFile)}`
  const make = `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ${key}`
  // A file that is there keeps its owner. etcd, which is not root, must be able to read it.
  const give = owner === undefined ? [] : [`chown ${owner.uid}:${owner.gid} ${key}`]
  return { renew, newKey: [make, ...give, `chmod 600 ${key}`, `${renew} --force`].join(' && ') }
}
