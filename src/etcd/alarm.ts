/** An alarm that etcd raised and keeps until an operator disarms it. */
export interface Alarm {
  /** Whom it is about; 0 where etcd does not say. */
  readonly memberId: bigint
  /** etcd's name of it, `NOSPACE` or `CORRUPT`, or its number where that etcd itself has no name for it. */
  readonly kind: string
}

// AlarmMember in protobuf's text form, as Maintenance.Status of etcd 3.4 to 3.6 has it among its errors; protobuf says that
// the blanks in it may vary.
const form = /^(?:memberID:\s*(\d{1,20})\s+)?alarm:\s*([A-Z0-9_]{1,32})\s*$/

/** The alarm in an error of a member's status; undefined where it is something else. */
export function parseAlarm(error: string): Alarm | undefined {
  const [, memberId = '0', kind] = form.exec(error) ?? []
  return kind === undefined ? undefined : { memberId: BigInt(memberId), kind }
}
