/** Named facts of one event. Text from outside must have passed `quoteUntrusted`. */
export type LogFields = Readonly<Record<string, string | number | boolean>>

/** What a daemon says to its operator. The entry point decides where it goes. */
export interface Log {
  info(fields: LogFields, event: string): void
  warn(fields: LogFields, event: string): void
  error(fields: LogFields, event: string): void
}
