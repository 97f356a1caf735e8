import type { Finding } from '../../core/finding.ts'
import type { Screen } from './screen.ts'
import { withoutControls } from './wrap-text.ts'

/** The last line of a screen: what to do next, which is what mends the worst that was found. Pure. */
export function formatNext(findings: readonly Finding[], screen: Screen): string {
  const [worst] = (['broken', 'attention'] as const).flatMap((wanted) =>
    findings.filter(({ level }) => level === wanted),
  )
  const text = worst === undefined ? 'no action is needed' : (worst.fix ?? 'see above')
  return `${screen.paint('next:', 'bold')} ${withoutControls(text)}\n`
}
