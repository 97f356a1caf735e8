// ETCD_UNSUPPORTED_ARCH is no flag: without it etcd 3.4 does not start on arm64.
const pattern = /^ETCD(CTL)?_(?!UNSUPPORTED_ARCH$)/

/**
 * Takes the settings of etcd and etcdctl out of an environment, for this program and all that it starts: a shell has them
 * for another cluster, and either program refuses to start where a variable says what a flag says (`pkg/flags` of etcd).
 */
export function forgetEtcdSettings(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment).filter((name) => pattern.test(name))) delete environment[name]
}
