import { authorizationCodeMethod } from './authorizationCodeMethod.tsx'
import type { DemoMethod } from './demoMethod.ts'
import { passwordMethod } from './passwordMethod.tsx'

/** Every method of the demo, in the order of the home page. Routes and cards are made from it. */
export const methods: readonly DemoMethod[] = [authorizationCodeMethod, passwordMethod]
