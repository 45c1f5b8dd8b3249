import { testCrashPoints } from './crashPoints.ts'

testCrashPoints('callback', [390, 570, 740])
