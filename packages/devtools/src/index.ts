export type { DevtoolsAuth } from './facts/facts.ts'
export { TesseraDevtools, type TesseraDevtoolsProps } from './TesseraDevtools.tsx'
export { withDevtools } from './withDevtools.ts'
