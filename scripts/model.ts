import { node } from './node.ts'

/** The release run, of another seed each time: `MODEL_RUNS`, `MODEL_SEED`, `MODEL_PATH` and `MODEL_REPLAY` choose another. */
process.env['MODEL_RUNS'] ??= '20000'
process.env['MODEL_SEED'] ??= String(Date.now() % 2 ** 31)
if (!node('node_modules/vitest/vitest.mjs', ['run', '--project', 'model', '--disable-console-intercept'])) process.exitCode = 1
