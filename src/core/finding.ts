/** How bad it is; `note` and `unknown`, for what could not be looked at, change no exit status. */
export type Level = 'well' | 'note' | 'unknown' | 'attention' | 'broken'

/** What was found in one respect. */
export interface Finding {
  /** What was looked at, in one or two words of kebab-case. */
  readonly check: string
  readonly level: Level
  /** A sentence without full stop that names its subject. */
  readonly what: string
  /** Why it matters. */
  readonly why?: string
  /** What to type. */
  readonly fix?: string
}

/** 0 well, 1 attention, 2 broken. */
export function findingsStatus(findings: readonly Pick<Finding, 'level'>[]): 0 | 1 | 2 {
  if (findings.some(({ level }) => level === 'broken')) return 2
  return findings.some(({ level }) => level === 'attention') ? 1 : 0
}

/** How bad all of it is, in a word. */
export function findingsState(findings: readonly Pick<Finding, 'level'>[]): 'well' | 'attention' | 'broken' {
  return (['well', 'attention', 'broken'] as const)[findingsStatus(findings)]
}

/** Something that is as it should be. */
export function well(check: string, what: string): Finding {
  return { check, level: 'well', what }
}
