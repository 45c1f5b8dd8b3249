import { createRoute, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { rootRoute } from './rootRoute.tsx'

export const homeRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: HomePage })

function HomePage(): ReactNode {
  return (
    <>
      <h1>Everybody may be here</h1>
      <p className="soft">
        The{' '}
        <Link to="/orders" search={{ sort: 'name' }}>
          orders
        </Link>{' '}
        are for people who are signed in; <Link to="/admin">administration</Link> is for those who may write.
      </p>
    </>
  )
}
