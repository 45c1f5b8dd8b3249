import { globSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultServerConditions } from 'vite'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files of core by the numbers of what Stryker has changed in them. */
const changed = new Map<string, string>()
for (const path of globSync('packages/core/src/**/*.ts', { exclude: (name) => name.endsWith('.test.ts') })) {
  for (const [, id = ''] of readFileSync(path, 'utf8').matchAll(/stryMutAct_\w+\("(\d+)"\)/g)) changed.set(id, resolve(path))
}

const nameOf = (path: string): string => path.replace(/(\.\w+)*\.ts$/, '')
const folderOf = (path: string): string => path.replace(/[^/]+$/, '')

/** The first test that notices ends a run: those beside what is changed come first, then small files, and last those of many random runs. */
class LikelyFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const path = changed.get(String(this.ctx.getRootProject().getProvidedContext()['activeMutant' as never])) ?? ''
    const cost = ({ moduleId }: TestSpecification): number => {
      if (nameOf(moduleId) === nameOf(path)) return 0
      const distance = folderOf(moduleId) === folderOf(path) ? 1 : 10
      return statSync(moduleId).size * distance * (moduleId.includes('.property.') ? 100 : 1)
    }
    return Promise.resolve(files.toSorted((one, other) => cost(one) - cost(other)))
  }
}

const alone = ['packages/core/src/browser/roster.test.ts', 'packages/core/src/methods/authorizationCodeLoading.test.ts', 'packages/core/src/independence.test.ts']

/** The unit tests of core, alone and without a browser: what Stryker runs for each mutant. */
export default defineConfig({
  ssr: { resolve: { conditions: ['@tessera-auth/source', ...defaultServerConditions] } },
  test: {
    include: (process.env['MUTATION_TESTS'] ?? '**/*').split(',').map((part) => `packages/core/src/${part}.test.ts`),
    // These need a page, or a process, of their own: here all files share one.
    exclude: [...configDefaults.exclude, ...alone],
    setupFiles: ['test/mutation/stopAtFailure.ts'],
    // A change may have a test wait for ever: Stryker would wait longer, and start another process then.
    testTimeout: 10_000,
    // Several times as fast.
    isolate: false,
    sequence: { sequencer: LikelyFirst },
  },
})
