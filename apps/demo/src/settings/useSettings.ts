import { useEffect } from 'react'
import { useSearchParams } from 'react-router'
import type { DemoMethod } from '../methods/demoMethod.ts'
import { tabMemory } from '../tabMemory.ts'
import { parseSettings, writeSettings, type Settings } from './settings.ts'

/**
 * The settings of a method and how to change them. The address wins; what it leaves open is as last chosen in this tab,
 * so that nothing is lost on the way to the identity server and back.
 */
export function useSettings({ path, defaults }: DemoMethod): [Settings, (settings: Settings) => void] {
  const [query, setQuery] = useSearchParams()
  const key = `settings:${path}`
  const remembered = parseSettings(new URLSearchParams(tabMemory.read(key) ?? ''), defaults)
  const settings = parseSettings(query, remembered)
  const kept = writeSettings(settings).toString()

  useEffect(() => tabMemory.write(key, kept), [key, kept])
  return [settings, (next) => setQuery((current) => writeSettings(next, current), { replace: true })]
}
