import { testCrashPoints } from './crashPoints.ts'

testCrashPoints('refresh', [500, 980, 1340])
