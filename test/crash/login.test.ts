import { testCrashPoints } from './crashPoints.ts'

testCrashPoints('login', [310, 490, 660])
