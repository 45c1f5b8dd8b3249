import { testCrashPoints } from './crashPoints.ts'

testCrashPoints('restore', [230, 490, 730])
