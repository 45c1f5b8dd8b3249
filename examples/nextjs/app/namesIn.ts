/** The names of the engines in an answer of the API: what comes from elsewhere is looked at before it is used. */
export function namesIn(answer: unknown): readonly string[] {
  if (typeof answer !== 'object' || answer === null || !('resources' in answer) || !Array.isArray(answer.resources)) return []
  return answer.resources.flatMap((resource: unknown) => nameOf(resource) ?? [])
}

function nameOf(resource: unknown): string | null {
  if (typeof resource !== 'object' || resource === null || !('name' in resource)) return null
  return typeof resource.name === 'string' ? resource.name : null
}
