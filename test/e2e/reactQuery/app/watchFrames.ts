declare global {
  interface Window {
    /** What was to be seen, one text after each change and in each frame. */
    seen: string[]
    /** Changes of the document. */
    changes: number
    /** Of the app on this page. */
    refresh: () => Promise<void>
  }
}

/**
 * Notes what can be seen whenever the document changes and whenever a frame is made.
 *
 * @param withHidden What cannot be seen, too.
 */
export function watchFrames(withHidden: boolean): void {
  window.seen = []
  window.changes = 0
  const note = (): void => {
    const { innerText, textContent } = document.body
    const text = (withHidden ? textContent : innerText).replaceAll(/\s+/g, ' ')
    if (text !== window.seen.at(-1)) window.seen.push(text)
  }
  new MutationObserver(() => {
    window.changes++
    note()
  }).observe(document.documentElement, { subtree: true, childList: true, characterData: true, attributes: true })
  const frame = (): void => {
    note()
    requestAnimationFrame(frame)
  }
  frame()
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) document.documentElement.setAttribute('data-restored', '')
  })
}
