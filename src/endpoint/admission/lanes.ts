import { answerBusy } from '../answer-busy.ts'
import type { Answer, Call } from '../call.ts'
import { ConnectionSlots, type SlotHolder } from './connection-slots.ts'
import { FairGate } from './fair-gate.ts'
import type { EmbeddedLimits } from './front-limits.ts'
import { RoomMaker } from './room-maker.ts'

export type Answerer = (call: Call) => Promise<Answer>

/** Where a connection waits, and what it gets once it has its turn. */
export interface Lane {
  readonly isServed: boolean
  readonly slots: ConnectionSlots
  readonly gate: FairGate
  readonly room: RoomMaker
  readonly answer: Answerer
}

/** A place in a lane, and how to give it back. */
export interface LanePlace extends Omit<Lane, 'slots'> {
  readonly release: () => void
}

/** Those that are served, and those that are told to try again later, in the order in which they are tried. */
export function createLanes(limits: EmbeddedLimits, answer: Answerer): readonly Lane[] {
  const serving = {
    isServed: true,
    slots: new ConnectionSlots(limits),
    ...createPlaces(limits.maxServed, limits),
    answer,
  }
  return [serving, createBusyLane(limits)]
}

function createPlaces(max: number, { minSilenceMs }: EmbeddedLimits): Pick<Lane, 'gate' | 'room'> {
  const gate = new FairGate(max)
  return { gate, room: new RoomMaker({ countWaiting: () => gate.locked, minSilenceMs }) }
}

/** A place in the first lane that has one, or gets one from somebody who waits with many. */
export function takePlace(lanes: readonly Lane[], holder: SlotHolder): LanePlace | undefined {
  for (const lane of lanes) {
    const { slots, ...rest } = lane
    const release = slots.take(holder) ?? (makesRoom(lane, holder) ? slots.take(holder) : undefined)
    if (release !== undefined) return { ...rest, release }
  }
  return undefined
}

// Two callers whose connections fill a lane, and wait, must not keep a third out of it.
function makesRoom({ slots, gate }: Lane, { source, isOutside }: SlotHolder): boolean {
  return !isOutside && slots.isFull && gate.dropForSource(source)
}

/**
 * For those who find no place among the served. ssh itself can say no more than 255, so they are let in as far as a
 * command, and told 75 and when to try again. That costs a key exchange and no more, and few at once have it: a flood of
 * such callers takes no more from the served than `maxBusyServed` of them would. Strangers to the networks are hung up on.
 */
function createBusyLane(limits: EmbeddedLimits): Lane {
  const { maxBusyConnections, maxBusyServed, loginTimeoutMs } = limits
  const slots = new ConnectionSlots({
    maxConnections: maxBusyConnections,
    maxConnectionsPerSource: Math.ceil(maxBusyConnections / 2),
    maxOutsideConnections: 0,
  })
  // By then, those who hold their places without a word have lost them.
  const answer = async () => answerBusy(loginTimeoutMs)
  return { isServed: false, slots, ...createPlaces(maxBusyServed, limits), answer }
}
