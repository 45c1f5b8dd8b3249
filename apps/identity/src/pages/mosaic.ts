import { html } from 'hono/html'
import type { Html } from './html.ts'

const columns = 14
const rows = 20
const tileSize = 0.9

/** Fixed, so that every page shows the same picture. */
const seed = 20

/** How often each colour comes, from the darkest to the lightest. */
const colourWeights = [5, 3, 2, 2, 4]

/** A field of tiles that grows thinner to the right: *tessera* is one tile of a mosaic. */
export const mosaic: Html = html`<svg
  class="mosaic"
  viewBox="0 0 ${columns} ${rows}"
  preserveAspectRatio="xMinYMin slice"
  aria-hidden="true"
  focusable="false"
>
  ${tilePaths().map((path, colour) => html`<path class="tile-${colour}" d="${path}" />`)}
</svg>`

/** One path for each colour: far shorter than one element for each tile. */
function tilePaths(): string[] {
  const random = createRandom(seed)
  const paths = colourWeights.map(() => '')
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const colour = pickColour(random())
      const isPlaced = random() > ((x + 1) / columns) ** 2.4
      if (isPlaced) paths[colour] += `M${x} ${y}h${tileSize}v${tileSize}h-${tileSize}z`
    }
  }
  return paths
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
