import type { ReactNode } from 'react'

const columns = 20
const rows = 9
const tileSize = 0.9

/** Fixed, so that the picture is the same at every visit. */
const seed = 41

/** How often each colour comes, from the darkest to the lightest. */
const colourWeights = [5, 3, 2, 2, 4]

/** A field of tiles that grows thinner to the left, towards the text. */
export function Mosaic(): ReactNode {
  return (
    <svg
      className="mosaic"
      viewBox={`0 0 ${columns} ${rows}`}
      preserveAspectRatio="xMaxYMin slice"
      aria-hidden="true"
      focusable="false"
    >
      {tilePaths.map(({ name, path }) => (
        <path key={name} className={name} d={path} />
      ))}
    </svg>
  )
}

/** One path for each colour: far shorter than one element for each tile. */
const tilePaths = colourWeights.map((_, colour) => ({
  name: `tile-${colour}`,
  path: tiles()
    .filter((tile) => tile.colour === colour)
    .map(({ x, y }) => `M${x} ${y}h${tileSize}v${tileSize}h-${tileSize}z`)
    .join(''),
}))

function tiles(): { readonly x: number; readonly y: number; readonly colour: number }[] {
  const random = createRandom(seed)
  return Array.from({ length: columns * rows }, (_, index) => {
    const [x, y] = [index % columns, Math.floor(index / columns)]
    return { x, y, colour: pickColour(random()), isPlaced: random() < ((x + 1) / columns) ** 1.4 }
  }).filter(({ isPlaced }) => isPlaced)
}

function pickColour(share: number): number {
  let rest = share * colourWeights.reduce((sum, weight) => sum + weight, 0)
  return colourWeights.findIndex((weight) => (rest -= weight) < 0)
}

/** Numbers from 0 to 1 that repeat with the seed (mulberry32). */
function createRandom(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
