import { node } from './node.ts'

/**
 * The run before a release: a minute a target, of another seed each time. `FUZZ_SECONDS` and `FUZZ_SEED` choose others, a failure says
 * how it is replayed; arguments are vitest's, such as the name of a file.
 */
process.env['FUZZ_SECONDS'] ??= '60'
process.env['FUZZ_SEED'] ??= String(Date.now() % 2 ** 31)
if (!node('node_modules/vitest/vitest.mjs', ['run', '--project', 'fuzz', ...process.argv.slice(2)])) process.exitCode = 1
