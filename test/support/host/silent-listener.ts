import type { StepListener } from '../../../src/setup/run/step-listener.ts'

/** A listener that says nothing. */
export const silentListener: StepListener = { started() {}, finished() {}, waiting() {}, rollingBack() {} }
