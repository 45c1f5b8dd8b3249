import { writeFileSync } from 'node:fs'
import { openApp } from '../test/conformance/app.ts'
import type { PlayedModule } from '../test/conformance/module.ts'
import { plans } from '../test/conformance/plans.ts'
import { play } from '../test/conformance/play.ts'
import { createProvider } from '../test/conformance/provider.ts'
import { choose, reportLine, skip, summary, type Verdict } from '../test/conformance/report.ts'
import { createSite } from '../test/conformance/site.ts'
import { startChromium } from '../test/tabs/playwrightEngine.ts'
import { ensureChromium } from './browsers.ts'

/** Arguments are parts of names of modules; none means all. */
const chosen = choose(plans, process.argv.slice(2))
if (chosen.length === 0) throw new Error(`No module has a name with ${process.argv.slice(2).join(' or ')} in it.`)

const provider = await createProvider()
const site = await createSite(provider.origin)
const browser = await startChromium(ensureChromium())
const verdicts: Verdict[] = []

async function judge({ name, page = '/authorization-code', choices, served, duty }: PlayedModule): Promise<Verdict> {
  const address = site.origin + page
  // A page without such a choice takes no notice of it.
  const query = new URLSearchParams({ lifetime: '3600', ...choices })
  const context = await browser.newContext({ reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  try {
    const scene = provider.play(served, address)
    const problems = await play(duty, { app: await openApp(context, `${address}?${query}`), scene })
    return problems.length === 0 ? { name, word: 'PASSED' } : { name, word: 'FAILED', why: problems.join('; ') }
  } catch (error) {
    return { name, word: 'FAILED', why: error instanceof Error ? error.message : String(error) }
  } finally {
    await context.close()
  }
}

try {
  for (const { name, modules } of chosen) {
    console.log(`\n${name}`)
    for (const module of modules) {
      const verdict = 'skipped' in module ? skip(module) : await judge(module)
      verdicts.push(verdict)
      console.log(reportLine(verdict))
    }
  }
} finally {
  await Promise.all([browser.close(), site.close(), provider.close()])
}
console.log(`\n${summary(verdicts)}`)
if (process.env['CONFORMANCE_REPORT'] !== undefined) writeFileSync(process.env['CONFORMANCE_REPORT'], JSON.stringify(verdicts))
process.exitCode = verdicts.some(({ word }) => word === 'FAILED') ? 1 : 0
