import { useState } from 'react'
import { createRoot } from 'react-dom/client'

/** What React alone weighs: the other apps here are counted over this one. */
function App() {
  const [isAuthenticated, setIsAuthenticated] = useState(false)
  const toggle = (): void => setIsAuthenticated(!isAuthenticated)
  return (
    <button type="button" onClick={toggle}>
      {isAuthenticated ? 'Sign out' : 'Sign in'}
    </button>
  )
}

createRoot(document.body).render(<App />)
