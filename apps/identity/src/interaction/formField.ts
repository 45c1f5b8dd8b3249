/** What a person sent with a form, as Hono reads it. */
export type FormFields = Readonly<Record<string, unknown>>

/** A text field of a form, empty when it is missing. */
export function formField(form: FormFields, name: string): string {
  const value = form[name]
  return typeof value === 'string' ? value : ''
}
