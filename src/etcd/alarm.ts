/** An alarm that etcd raised and keeps until an operator disarms it. */
export interface Alarm {
  /** Whom it is about; 0 where etcd does not say. */
  readonly memberId: bigint
  /** etcd's name of it, `NOSPACE` or `CORRUPT`, or its number where that etcd itself has no name for it. */
  readonly kind: string
}

// AlarmMember in protobuf's text form, as Maintenance.Status of etcd 3.4 to 3.7 has it among its errors; protobuf says that
// the blanks in it may vary.
const form = /^(?:memberID:\s*(\d{1,20})\s+)?alarm:\s*([A-Z0-9_]{1,32})\s*$/

/** As many faults as are read of one status: any client can have etcd raise alarms, of members that it invents. */
export const maxReadFaults = 64

interface Faults {
  readonly alarms: readonly Alarm[]
  /** What is no alarm, as it stands. */
  readonly others: readonly string[]
}

/** The errors of a member's status, told apart. Its own alarms come first, so that invented ones do not push them out. */
export function readFaults(errors: readonly string[], ownId: bigint): Faults {
  const parsed = errors.map((error) => parseAlarm(error) ?? error)
  const alarms = parsed.filter((fault) => typeof fault !== 'string')
  const isOwn = ({ memberId }: Alarm): boolean => memberId === ownId
  const others = parsed.filter((fault) => typeof fault === 'string')
  return {
    alarms: [...alarms.filter(isOwn), ...alarms.filter((alarm) => !isOwn(alarm))].slice(0, maxReadFaults),
    others: others.slice(0, maxReadFaults),
  }
}

/** The alarm in an error of a member's status; undefined where it is something else. */
function parseAlarm(error: string): Alarm | undefined {
  const [, memberId = '0', kind] = form.exec(error) ?? []
  return kind === undefined ? undefined : { memberId: BigInt(memberId), kind }
}
