import type { FieldsSchema } from '@tessera-auth/core'
import { textOf } from '../session/sessionLook.ts'

/** Reads one member of a server's answer as text. An app would take a library for it: zod, valibot or any other Standard Schema. */
export function textSchema(name: string): FieldsSchema<Readonly<Record<string, string>>> {
  return {
    '~standard': {
      version: 1,
      validate(answer) {
        const text = typeof answer === 'object' ? textOf(answer, name) : undefined
        return text === undefined ? { issues: [{ message: 'Expected text.', path: [name] }] } : { value: { [name]: text } }
      },
    },
  }
}
