import { endingCodes, type AuthErrorCode } from '../errors.ts'
import { membersOfText, recordVersion } from './record.ts'

/** Text for the other tabs of a session that is over: by an error of this code, or by somebody who signed out (`null`). */
export function encodeEnding(generation: number, code: AuthErrorCode | null): string {
  return JSON.stringify({ version: recordVersion, generation, over: code })
}

/** Reads what {@link encodeEnding} wrote for this generation; `undefined`: it is something else. */
export function decodeEnding(text: string, generation: number): AuthErrorCode | null | undefined {
  const ending = membersOfText(text)
  const { over } = ending
  if (ending['version'] !== recordVersion || ending['generation'] !== generation || over === undefined) return undefined
  return endingCodes.find((code) => code === over) ?? null
}
