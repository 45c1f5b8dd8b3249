import { environment as realEnvironment, type Environment } from '@tessera-auth/core'
import type { ReactNode } from 'react'
import type { TesseraDevtoolsProps } from '../TesseraDevtools.tsx'

export type { DevtoolsAuth } from '../facts/facts.ts'
export type { TesseraDevtoolsProps } from '../TesseraDevtools.tsx'

/** What stands for the panel in a production build: nothing. */
export function TesseraDevtools(_props: TesseraDevtoolsProps): ReactNode {
  return null
}

/** What stands for the instruments in a production build: the environment as it is. */
export function withDevtools(environment: Environment = realEnvironment): Environment {
  return environment
}
