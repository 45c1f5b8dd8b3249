import { node } from './node.ts'

/** Every crash point, those of three tabs in all flows included. */
process.env['CRASH_ALL'] ??= '1'
if (!node('node_modules/vitest/vitest.mjs', ['run', '--project', 'crash', '--disable-console-intercept'])) process.exitCode = 1
