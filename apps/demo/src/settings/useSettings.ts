import { useEffect } from 'react'
import { useSearchParams } from 'react-router'
import { tabMemory } from '../tabMemory.ts'
import type { Choices, Settings } from './choice.ts'
import { initialSettings, parseSettings, writeSettings } from './settings.ts'

/**
 * The settings of a page and how to choose one. The address wins; what it leaves open is as last chosen in this tab,
 * so that nothing is lost on the way to the identity server and back.
 */
export function useSettings<C extends Choices>(path: string, choices: C): [Settings<C>, (name: string, value: string) => void] {
  const [query, setQuery] = useSearchParams()
  const key = `settings:${path}`
  const remembered = parseSettings(new URLSearchParams(tabMemory.read(key) ?? ''), choices, initialSettings(choices))
  const settings = parseSettings(query, choices, remembered)
  const kept = writeSettings(settings).toString()

  useEffect(() => tabMemory.write(key, kept), [key, kept])
  const choose = (name: string, value: string): void =>
    setQuery((current) => writeSettings({ ...settings, [name]: value }, current), { replace: true })
  return [settings, choose]
}
