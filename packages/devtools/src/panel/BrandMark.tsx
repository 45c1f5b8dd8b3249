import type { ReactNode } from 'react'

/** Four tiles: *tessera* is one tile of a mosaic. */
export function BrandMark(): ReactNode {
  return (
    <svg className="brand-mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path className="tile-0" d="M1 1h6v6H1zM9 9h6v6H9z" />
      <path className="tile-3" d="M9 1h6v6H9z" />
      <path className="tile-2" d="M1 9h6v6H1z" />
    </svg>
  )
}
