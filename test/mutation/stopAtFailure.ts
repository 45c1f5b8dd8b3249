import { afterEach } from 'vitest'

/** One for each run: vitest starts another process, or thread, for the next. */
const run: typeof globalThis & { hasFailed?: boolean } = globalThis

// A run that is to stop at the first failure still loads the files that are left, which takes longer than the tests.
if (run.hasFailed === true) throw new Error('A test failed before.')

afterEach(({ task }) => {
  if (task.result?.state === 'fail') run.hasFailed = true
})
