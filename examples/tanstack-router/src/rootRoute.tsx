import { createRootRoute, Link, Outlet } from '@tanstack/react-router'
import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'

export const rootRoute = createRootRoute({ component: Layout })

function Layout(): ReactNode {
  const { isAuthenticated, status, user, logout } = useAuth()
  return (
    <>
      <header className="bar">
        <nav>
          <Link to="/" activeOptions={{ exact: true }}>
            Home
          </Link>
          <Link to="/orders">Orders</Link>
          <Link to="/admin">Admin</Link>
        </nav>
        {isAuthenticated && (
          <div className="who">
            <span className="soft">{user.name ?? user.sub}</span>
            <button onClick={() => void logout()}>Sign out</button>
          </div>
        )}
        {status === 'unauthenticated' && <Link to="/login">Sign in</Link>}
      </header>
      <main>
        <Outlet />
      </main>
    </>
  )
}
