import type { ReactNode } from 'react'
import { Link } from 'react-router'

export function HomePage(): ReactNode {
  return (
    <>
      <h1>Everybody may be here</h1>
      <p className="soft">
        The <Link to="/orders?sort=name">orders</Link> are for people who are signed in; <Link to="/admin">administration</Link> is
        for those who may write.
      </p>
    </>
  )
}
