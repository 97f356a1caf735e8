import { formatFailureLines } from '../../core/failure-lines.ts'
import { asSignetError } from '../../core/signet-error.ts'
import { createSetupLog } from '../../host/setup-log.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import { asInterruption } from '../../setup/interruption.ts'
import { createStepDisplay, stepTerminal } from '../../setup/run/step-display.ts'
import { bothListeners } from '../../setup/run/step-listener.ts'
import type { SetupVoice } from '../../setup/setup-voice.ts'
import { type CommandStreams, sayOn } from '../command-streams.ts'

/** Sets this host up, with all that is said, the failure too, in the journal and in `/root/setup.log`. */
export async function withSetupLog<Value>(
  world: HostWorld,
  { stderr }: CommandStreams,
  setUp: (voice: SetupVoice) => Promise<Value>,
): Promise<Value> {
  const log = createSetupLog(world.layout.setupLog, world.run)
  const sayAloud = sayOn({ stderr })
  try {
    return await setUp({
      say: (line) => {
        sayAloud(line)
        log.write(line)
      },
      listener: (count) =>
        bothListeners(
          createStepDisplay(stepTerminal(stderr), count),
          createStepDisplay({ write: log.write, isTerminal: false }, count),
        ),
    })
  } catch (error) {
    const failure = world.signal.aborted ? asInterruption(error) : asSignetError(error)
    log.write(formatFailureLines(failure))
    throw failure
  } finally {
    await log.flush()
  }
}
