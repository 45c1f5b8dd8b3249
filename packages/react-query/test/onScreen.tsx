import { QueryClientProvider, type QueryClient } from '@tanstack/react-query'
import { AuthProvider, useAuth, type ProvidedAuth } from '@tessera-auth/react'
import { memo, StrictMode, type ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, vi } from 'vitest'

let roots: Root[] = []

/** Pages as in a browser: nothing waits for `act`. */
export function setUpScreen(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] })
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
  })
  afterEach(() => {
    for (const root of roots) root.unmount()
    roots = []
    document.body.replaceChildren()
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })
}

/** What was to be seen after each change, one text each: a frame may be painted there. */
export function showOnScreen(auth: ProvidedAuth, client: QueryClient, children: ReactNode): readonly string[] {
  const element = document.body.appendChild(document.createElement('main'))
  const seen: string[] = []
  new MutationObserver(() => seen.push(textOf(element))).observe(element, { subtree: true, childList: true, characterData: true, attributes: true })
  const root = createRoot(element)
  roots.push(root)
  root.render(
    <StrictMode>
      <AuthProvider auth={auth}>
        <QueryClientProvider client={client}>
          <Name />
          {children}
        </QueryClientProvider>
      </AuthProvider>
    </StrictMode>,
  )
  return seen
}

export function screenText(): string {
  return textOf(document.body)
}

const Name = memo(() => <h1>[{useAuth(({ user, status }) => user?.name ?? status)}]</h1>)

/** Without what a boundary hides while it is suspended. */
function textOf(element: Element): string {
  const copy = element.cloneNode(true) as Element
  for (const hidden of copy.querySelectorAll<HTMLElement>('[style*="display: none"]')) hidden.remove()
  return copy.textContent
}
