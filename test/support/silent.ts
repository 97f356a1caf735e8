import type { Log } from '../../src/core/log.ts'
import type { StepListener } from '../../src/setup/run/step-listener.ts'

/** A log that says nothing. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** A listener that says nothing. */
export const silentListener: StepListener = { started() {}, finished() {}, waiting() {}, rollingBack() {} }
