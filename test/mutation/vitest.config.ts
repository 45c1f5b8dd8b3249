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

const alone = ['packages/core/src/browser/roster.test.ts', 'packages/core/src/methods/authorizationCodeLoading.test.ts']

/** The unit tests of core, alone and without a browser: what Stryker runs for each mutant. */
export default defineConfig({
  ssr: { resolve: { conditions: ['@tessera-auth/source', ...defaultServerConditions] } },
  test: {
    include: ['packages/core/src/**/*.test.ts'],
    // These need a page of their own: the one counts what is there once, the other has code that was not loaded yet. Here all files share one.
    exclude: [...configDefaults.exclude, ...alone],
    testTimeout: 60_000,
    // Several times as fast.
    isolate: false,
    sequence: { sequencer: SmallestFirst },
  },
})
