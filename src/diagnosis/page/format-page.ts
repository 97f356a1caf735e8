import { findingsState } from '../../core/finding.ts'
import { html, printMarkup, styleElement } from './markup.ts'
import { formatPageCertificates } from './page-certificates.ts'
import type { PageFacts } from './page-facts.ts'
import { formatPageFindings } from './page-findings.ts'
import { formatPageMasters } from './page-masters.ts'
import { formatPageMembers } from './page-members.ts'
import { formatPageSnapshots } from './page-snapshots.ts'
import { pagePolicy, pageStyle } from './page-style.ts'
import { formatPageTrust } from './page-trust.ts'
import { formatHostLine, formatPageVerdict } from './page-verdict.ts'

/**
 * A host as a browser shows it: one file without script and without anything of elsewhere. It loads nothing anew by itself, since
 * that throws who listens to it back to its beginning (WCAG 2.2, 2.2.2 and 3.2.5). Pure.
 */
export function formatPage(facts: PageFacts): string {
  const { hostName, findings, version } = facts
  return printMarkup(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pagePolicy}">
<title>${findingsState(findings)}: ${hostName} - Signet</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
${styleElement(pageStyle)}
</head>
<body>
<header>${formatHostLine(facts)}</header>
<main>
${formatPageVerdict(facts)}
${formatPageFindings(facts)}
${formatPageCertificates(facts)}
${formatPageMembers(facts)}
${formatPageSnapshots(facts)}
${formatPageMasters(facts)}
${formatPageTrust(facts)}
</main>
<footer>
<p>Written by Signet ${version} on ${hostName}. Nothing here is loaded from elsewhere, and nothing runs. All times are UTC.</p>
</footer>
</body>
</html>
`)
}
