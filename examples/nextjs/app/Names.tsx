import type { ReactNode } from 'react'

export function Names({ names }: { readonly names: readonly string[] }): ReactNode {
  return (
    <ul className="rows">
      {names.map((name) => (
        <li key={name}>{name}</li>
      ))}
    </ul>
  )
}
