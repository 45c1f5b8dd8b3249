import type { Argued } from '../../scripts/mutationReport.ts'

/** Changes that make no difference that anybody could see, each with the reason. */
export const argued: readonly Argued[] = []
