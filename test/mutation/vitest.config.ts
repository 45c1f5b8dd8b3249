import { statSync } from 'node:fs'
import { defaultServerConditions } from 'vite'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The first test that notices ends a run: small files are quick to, and those of many random runs are not. */
class SmallestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = ({ moduleId }: TestSpecification): number => statSync(moduleId).size * (moduleId.includes('.property.') ? 100 : 1)
    return Promise.resolve(files.toSorted((one, other) => cost(one) - cost(other)))
  }
}

/** The unit tests of core, alone and without a browser: what Stryker runs for each mutant. */
export default defineConfig({
  ssr: { resolve: { conditions: ['@tessera-auth/source', ...defaultServerConditions] } },
  test: {
    include: ['packages/core/src/**/*.test.ts'],
    // It counts what a page has one of, and the pages of all files are one here.
    exclude: [...configDefaults.exclude, 'packages/core/src/browser/roster.test.ts'],
    testTimeout: 60_000,
    // Several times as fast.
    isolate: false,
    sequence: { sequencer: SmallestFirst },
  },
})
