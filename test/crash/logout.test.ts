import { testCrashPoints } from './crashPoints.ts'

testCrashPoints('logout', [330, 840, 1620])
