import { join } from 'node:path'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'
import { chromiumAdvice, findChromium, findFirefox, findWebKit, type Missing } from '../../scripts/browsers.ts'
import { freePort } from '../browsers/webkitDriver.ts'

const engines: Readonly<Record<string, string | Missing>> = {
  chromium: findChromium() ?? { missing: 'Chromium', install: chromiumAdvice },
  firefox: findFirefox(),
  webkit: miniBrowserPath(),
}

function miniBrowserPath(): string | Missing {
  const found = findWebKit()
  return 'missing' in found ? found : found.miniBrowser
}

/** Names the engines that are not installed. */
function installed(): string[] {
  return Object.entries(engines).flatMap(([name, found]) => {
    if (typeof found === 'string') return [name]
    process.stderr.write(`Skipped: tabs in ${name}. Not found: ${found.missing}. To run them: ${found.install}.\n`)
    return []
  })
}

/** Apart from the other tests, as these fill the processors: `pnpm test:tabs` runs all rounds, `pnpm test` some. */
export default defineConfig(async ({ mode }) => {
  const isLong = mode === 'long'
  const names = installed()
  return {
    root: join(import.meta.dirname, '../..'),
    ssr: { resolve: { conditions: ['@tessera-auth/source', ...defaultServerConditions] } },
    test: {
      include: names.map((name) => `test/tabs/${name}.test.ts`),
      passWithNoTests: true,
      retry: 0,
      // Browsers are looked up among the processes that this one started.
      pool: 'threads' as const,
      // What is measured is measured with one browser at a time.
      maxWorkers: 1,
      testTimeout: isLong ? 1_200_000 : 90_000,
      hookTimeout: 60_000,
      provide: { webkitDriverPort: await freePort(), isLong },
      globalSetup: names.includes('webkit') ? ['test/browsers/webkitSetup.ts'] : [],
    },
  }
})
