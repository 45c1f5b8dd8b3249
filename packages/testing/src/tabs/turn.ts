/** A message port of Node, whose open ports keep a program alive. */
type Port = MessagePort & { readonly ref?: () => void; readonly unref?: () => void }

const waiting: (() => void)[] = []
let ports: { readonly here: Port; readonly there: Port } | null = null

/**
 * Resolves in a task of its own: whatever promises could settle by then has settled, however long their chains.
 *
 * By a message rather than by a number of microtask turns, because no number is known to be enough; and no fake timer replaces one.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { here, there } = (ports ??= connect())
    if (waiting.push(resolve) === 1) here.ref?.()
    there.postMessage(null)
  })
}

function connect(): { readonly here: Port; readonly there: Port } {
  const { port1: here, port2: there }: { readonly port1: Port; readonly port2: Port } = new MessageChannel()
  here.addEventListener('message', () => {
    waiting.shift()?.()
    if (waiting.length === 0) here.unref?.()
  })
  here.start()
  there.unref?.()
  return { here, there }
}
