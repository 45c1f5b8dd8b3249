import { node } from './node.ts'

/** The release run: `MODEL_RUNS`, `MODEL_SEED`, `MODEL_PATH` and `MODEL_REPLAY` choose another. */
process.env['MODEL_RUNS'] ??= '20000'
if (!node('node_modules/vitest/vitest.mjs', ['run', '--project', 'model', '--disable-console-intercept'])) process.exitCode = 1
