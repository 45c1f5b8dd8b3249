import type { ReactNode } from 'react'

/** Why signing in did not work. Its line is there from the start, so that nothing moves when it fills. */
export function ProblemLine({ problem }: { readonly problem: string | null }): ReactNode {
  return <div className="problem">{problem !== null && <p role="alert">{problem}</p>}</div>
}
