import type { Page } from '@playwright/test'

/**
 * Goes back to another document, until that has come. `page.goBack` asks the browser for the history, which refuses for a moment after a
 * document has come (“Not attached to an active page”); this asks the page.
 */
export async function goBack(page: Page): Promise<void> {
  const hasCome = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame())
  await page.evaluate(() => {
    // A task later, when the answer to this has left the page. Timers may be those of a test.
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => history.back())
    port1.start()
    port2.postMessage(null)
  })
  await hasCome
}
