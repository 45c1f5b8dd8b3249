import type { Topic } from '../test/cases/cases.ts'
import type { CaseTest } from './caseTests.ts'

/** What is wrong between the cases and the tests: a case that none proves, and an id that is of no case. */
export function caseProblems(topics: readonly Topic[], tests: readonly CaseTest[]): string[] {
  const cases = topics.flatMap((topic) => topic.cases)
  const known = new Set(cases.map(({ id }) => id))
  const proved = new Set(tests.flatMap(({ ids }) => ids))
  return [
    ...cases.filter(({ id }, at) => cases.findIndex((other) => other.id === id) !== at).map(({ id }) => `${id} is there twice`),
    ...cases.filter(({ id, notApplicable }) => notApplicable === undefined && !proved.has(id)).map(({ id, what }) => `${id} is proved by no test: ${what}`),
    ...cases.filter(({ id, notApplicable }) => notApplicable !== undefined && proved.has(id)).map(({ id }) => `${id} is said not to be applicable, and has a test`),
    ...tests.flatMap(({ path, name, ids }) => ids.filter((id) => !known.has(id)).map((id) => `${id} is of no case: ${path}: ${name}`)),
  ]
}

/** Each case with the tests that prove it. */
export function caseTable(topics: readonly Topic[], tests: readonly CaseTest[]): string[] {
  return topics.flatMap(({ title, cases }) => [
    '',
    title,
    ...cases.flatMap(({ id, what, notApplicable }) => [
      `  ${id}  ${what}`,
      ...(notApplicable === undefined ? [] : [`         not applicable: ${notApplicable}`]),
      ...tests.filter(({ ids }) => ids.includes(id)).map(({ path, name }) => `         ${path}: ${name}`),
    ]),
  ])
}

export function caseSummary(topics: readonly Topic[], tests: readonly CaseTest[]): string {
  const cases = topics.flatMap((topic) => topic.cases)
  const apart = cases.filter(({ notApplicable }) => notApplicable !== undefined).length
  return `${cases.length} cases, ${apart} not applicable, ${tests.length} tests that name one`
}
