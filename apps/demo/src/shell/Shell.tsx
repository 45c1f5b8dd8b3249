import { useEffect, useRef, type ReactNode } from 'react'
import { Link, Outlet, useLocation } from 'react-router'
import { BrandMark } from './BrandMark.tsx'

/** The frame around every page. */
export function Shell(): ReactNode {
  const main = useFocusAtNewPage()
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <header className="site-header">
        <Link className="brand" to="/">
          <BrandMark />
          Tessera <span className="brand-part">demo</span>
        </Link>
        <nav aria-label="Site">
          <Link className="nav-link" to="/#methods">
            All methods
          </Link>
        </nav>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        <Outlet />
      </main>
      <footer className="site-footer">
        <p>Runs on this computer only, against its own identity server. No analytics, no network beyond localhost.</p>
      </footer>
    </>
  )
}

/** Does what a browser does at a new page: begins at its top, for eyes and screen readers alike. */
function useFocusAtNewPage(): React.RefObject<HTMLElement | null> {
  const { pathname, hash } = useLocation()
  const main = useRef<HTMLElement>(null)
  const shown = useRef(pathname)
  useEffect(() => {
    const isNew = shown.current !== pathname
    shown.current = pathname
    const target = hash === '' ? null : document.getElementById(hash.slice(1))
    if (target !== null) target.scrollIntoView()
    else if (isNew) window.scrollTo(0, 0)
    if (isNew) main.current?.focus({ preventScroll: true })
  }, [pathname, hash])
  return main
}
