import { ensureOfGoModules } from './built-of-go.mjs'

/** etcd 3.6; undefined where there is no Go to build it with. */
export function ensureEtcdOfGoModules() {
  return ensureOfGoModules({ name: 'etcd-3.6', programs: ['etcd', 'etcdctl'], packages: ['./etcd', './etcdctl'] })
}
