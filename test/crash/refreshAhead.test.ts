import { testCrashPoints } from './crashPoints.ts'

testCrashPoints('refreshAhead', [500, 980, 1340])
