import { ensureOfGoModules } from './built-of-go.mjs'

/** The server of step-ca, which the benchmarks measure; undefined where there is no Go to build it with. */
export function ensureStepCa() {
  return ensureOfGoModules({ name: 'step-ca', programs: ['step-ca'], packages: ['.'] })
}
