import type { Module, Plan, SkippedModule } from './module.ts'

/** What became of a module. */
export interface Verdict {
  readonly name: string
  readonly word: 'PASSED' | 'SKIPPED' | 'FAILED'
  /** Why it was skipped or failed. */
  readonly why?: string
}

/** Lines for people: each module of a plan with its verdict. */
export function reportLine({ word, name, why }: Verdict): string {
  return `  ${word.padEnd(7)}  ${name}${why === undefined ? '' : `: ${why}`}`
}

export function summary(verdicts: readonly Verdict[]): string {
  const words = ['PASSED', 'SKIPPED', 'FAILED'] as const
  return words.map((word) => `${verdicts.filter((verdict) => verdict.word === word).length} ${word}`).join(', ')
}

/** What a module that is not played comes to. */
export function skip({ name, skipped }: SkippedModule): Verdict {
  return { name, word: 'SKIPPED', why: skipped }
}

/** What is printed when nothing fails. */
export function expectedReport(plans: readonly Plan[]): string {
  const verdictOf = (module: Module): Verdict => ('skipped' in module ? skip(module) : { name: module.name, word: 'PASSED' })
  const sections = plans.map(({ name, modules }) => [name, ...modules.map((module) => reportLine(verdictOf(module)))].join('\n'))
  return [...sections, summary(plans.flatMap(({ modules }) => modules.map(verdictOf)))].join('\n\n')
}

/** The plans with those of their modules whose name has one of these parts; all when there are none. */
export function choose(plans: readonly Plan[], parts: readonly string[]): Plan[] {
  const isMeant = ({ name }: Module): boolean => parts.length === 0 || parts.some((part) => name.includes(part))
  return plans.map(({ name, modules }) => ({ name, modules: modules.filter(isMeant) })).filter(({ modules }) => modules.length > 0)
}
