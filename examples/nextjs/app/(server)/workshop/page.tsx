import type { ReactNode } from 'react'
import { Names } from '../../Names'
import { namesIn } from '../../namesIn'
import { askBackend } from '../askBackend'
import { RenderedFor } from '../RenderedFor'
import { requirePerson } from '../whoAsks'
import { AddEngine } from './AddEngine'

/** Complete as the server sends it, the person's own data too. */
export default async function Page(): Promise<ReactNode> {
  const { sub, name } = await requirePerson('/workshop')
  return (
    <RenderedFor sub={sub}>
      <h1>Workshop of {name}</h1>
      <Names names={namesIn(await askBackend('/v1/resources'))} />
      <AddEngine />
    </RenderedFor>
  )
}
