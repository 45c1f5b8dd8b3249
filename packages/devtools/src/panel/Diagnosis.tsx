import type { Finding } from '@tessera-auth/core'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { Readings } from '../facts/createReadings.ts'

/** What came of looking; `null`: nobody has looked yet. */
type Result = readonly Finding[] | 'looking' | 'failed' | null

/** Looks for what is wrong, when asked to. */
export function Diagnosis({ readings }: { readonly readings: Pick<Readings, 'diagnose'> }): ReactNode {
  const [result, setResult] = useState<Result>(null)
  const group = useRef<HTMLDivElement>(null)
  // It is the last in its column, and grows by what was found.
  useEffect(() => {
    if (result !== null) group.current?.scrollIntoView({ block: 'nearest' })
  }, [result])
  const look = (): void => {
    setResult('looking')
    readings.diagnose().then(setResult, () => setResult('failed'))
  }
  return (
    <div ref={group} role="group" className="controls" aria-label="Diagnosis">
      <button type="button" aria-disabled={result === 'looking'} onClick={() => result !== 'looking' && look()}>
        Diagnose
      </button>
      <p className="hint" aria-live="polite">
        {summaryOf(result)}
      </p>
      {Array.isArray(result) && result.map((finding: Finding) => <Found key={finding.code + finding.message} finding={finding} />)}
    </div>
  )
}

function Found({ finding: { code, severity, message, cure } }: { readonly finding: Finding }): ReactNode {
  return (
    <p className="notice">
      <strong data-bad={severity === 'error'}>{code}</strong> {message} <span className="hint">{cure}</span>
    </p>
  )
}

function summaryOf(result: Result): string {
  if (result === null) return 'Asks the provider and the API for what would keep them from working.'
  if (result === 'looking') return 'Looking…'
  if (result === 'failed') return 'Could not look: the auth was disposed of, or its code could not be loaded.'
  return result.length === 0 ? 'Nothing was found.' : `Found: ${result.length}.`
}
