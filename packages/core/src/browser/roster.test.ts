import { expect, test } from 'vitest'
import { pageRoster } from './roster.ts'

test('SS-11: there is one on a page, for all copies of this library', async () => {
  const copy = '?copy'
  const other = (await import(/* @vite-ignore */ `./roster.ts${copy}`)) as { readonly pageRoster: typeof pageRoster }
  expect(other.pageRoster).not.toBe(pageRoster)
  const resident = { name: 'default', signal: new AbortController().signal }
  pageRoster().add(resident)
  expect([...other.pageRoster()]).toEqual([resident])
  pageRoster().delete(resident)
  expect(other.pageRoster().size).toBe(0)
})
