/** One change to the code, and whether a test noticed. */
export interface Mutant {
  readonly path: string
  /** From 1. */
  readonly line: number
  /** All of that line, without what it is indented by: it says which place is meant, and stays when lines move. */
  readonly code: string
  /** What stood there, and what was put in its place, as one line each. */
  readonly original: string
  readonly replacement: string
  readonly isNoticed: boolean
}

/** A change that no test can notice. */
export interface Argued extends Pick<Mutant, 'path' | 'code' | 'original' | 'replacement'> {
  /** Why nothing is different with it. */
  readonly why: string
}

/** What a run has to reach. */
export interface Aim {
  /** Percent of all changes. */
  readonly leastScore: number
  /** Paths of files in which every change is noticed, but for those argued. */
  readonly decisive: readonly string[]
}

const isSame = (one: Argued | Mutant, other: Argued | Mutant): boolean =>
  one.path === other.path && one.code === other.code && one.original === other.original && one.replacement === other.replacement

/** Percent, with one decimal; what is argued counts as noticed. */
export function scoreOf(mutants: readonly Mutant[], argued: readonly Argued[]): number {
  const noticed = mutants.filter((mutant) => mutant.isNoticed || argued.some((argument) => isSame(argument, mutant)))
  return mutants.length === 0 ? 100 : Math.floor((1000 * noticed.length) / mutants.length) / 10
}

/** A line for each file, then one for each survivor in it. */
export function mutationTable(mutants: readonly Mutant[], argued: readonly Argued[]): string[] {
  const paths = [...new Set(mutants.map(({ path }) => path))].sort()
  return paths.flatMap((path) => {
    const own = mutants.filter((mutant) => mutant.path === path)
    const survivors = own.filter(({ isNoticed }) => !isNoticed)
    return [
      `${scoreOf(own, argued).toFixed(1).padStart(5)} %  ${String(own.length).padStart(4)}  ${path}`,
      ...survivors.map((mutant) => {
        const why = argued.find((argument) => isSame(argument, mutant))?.why
        return `               ${mutant.line}: ${mutant.original} → ${mutant.replacement}${why === undefined ? '' : `  (the same: ${why})`}`
      }),
    ]
  })
}

/** What is wrong: too low a score, a survivor in what decides, and an argument for what a test notices, or for what is not there. */
export function mutationProblems(mutants: readonly Mutant[], argued: readonly Argued[], aim: Aim): string[] {
  const score = scoreOf(mutants, argued)
  const paths = new Set(mutants.map(({ path }) => path))
  const isDecisive = ({ path }: Mutant): boolean => aim.decisive.includes(path)
  const survivors = mutants.filter((mutant) => isDecisive(mutant) && !mutant.isNoticed && !argued.some((argument) => isSame(argument, mutant)))
  const idle = argued.filter((argument) => paths.has(argument.path) && !mutants.some((mutant) => !mutant.isNoticed && isSame(argument, mutant)))
  return [
    ...(score < aim.leastScore ? [`${score} % is less than ${aim.leastScore} %`] : []),
    ...survivors.map(({ path, line, original, replacement }) => `${path}:${line} decides, and no test notices ${original} → ${replacement}`),
    ...idle.map(({ path, original, replacement }) => `${path}: nothing to argue about ${original} → ${replacement}`),
  ]
}
