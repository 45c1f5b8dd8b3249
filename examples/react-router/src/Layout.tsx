import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { NavLink, Outlet } from 'react-router'

export function Layout(): ReactNode {
  const { isAuthenticated, status, user, logout } = useAuth()
  return (
    <>
      <header className="bar">
        <nav>
          <NavLink to="/">Home</NavLink>
          <NavLink to="/orders">Orders</NavLink>
          <NavLink to="/admin">Admin</NavLink>
        </nav>
        {isAuthenticated && (
          <div className="who">
            <span className="soft">{user.name ?? user.sub}</span>
            <button onClick={() => void logout()}>Sign out</button>
          </div>
        )}
        {status === 'unauthenticated' && <NavLink to="/login">Sign in</NavLink>}
      </header>
      <main>
        <Outlet />
      </main>
    </>
  )
}
