const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/

/** Whether text is what `joins:` in `signet.yaml` may say: `open`, `closed`, or an RFC 3339 time in UTC until which they are open. */
export function isJoinsSetting(text: string): boolean {
  return text === 'open' || text === 'closed' || (timePattern.test(text) && !Number.isNaN(Date.parse(text)))
}

/** Whether hosts that `signet.yaml` does not list may have a member's certificate now. What is no setting closes. */
export function areJoinsOpen(joins: string, nowMs: number): boolean {
  if (joins === 'open' || joins === 'closed') return joins === 'open'
  return isJoinsSetting(joins) && nowMs < Date.parse(joins)
}
