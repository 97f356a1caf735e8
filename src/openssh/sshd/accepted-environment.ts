import { overlapsPattern } from './name-pattern.ts'

/**
 * Variables that change what a program does before its first line, or what it loads: those that glibc keeps from programs
 * of other accounts (sysdeps/generic/unsecvars.h), and those of the runtimes that a relay is or may be written in. Who may
 * set one, from an account of this host over its own address, runs code as the account `signer`, and names the endpoint
 * any address.
 */
const harmful = [
  ...['LD_*', 'GCONV_PATH', 'GETCONF_DIR', 'GLIBC_TUNABLES', 'HOSTALIASES', 'LOCALDOMAIN', 'LOCPATH', 'MALLOC_*'],
  ...['NIS_PATH', 'NLSPATH', 'RESOLV_HOST_CONF', 'RES_OPTIONS', 'TMPDIR', 'TZDIR'],
  ...['NODE_*', 'OPENSSL_*', 'SSL_*', 'UV_*', 'ICU_*', 'PERL*', 'PYTHON*', 'BASH_*', 'ENV', 'SHELLOPTS', 'IFS', 'PATH'],
] as const

/** The patterns of an `AcceptEnv` that let a variable in which changes what a program does. Pure. */
export function findHarmfulPatterns(accepted: readonly string[]): readonly string[] {
  return accepted.filter((pattern) => harmful.some((name) => overlapsPattern(pattern, name)))
}
