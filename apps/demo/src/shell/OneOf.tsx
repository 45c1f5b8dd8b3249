import type { ReactNode } from 'react'

interface OneOfProps {
  readonly texts: readonly string[]
  readonly shown: string
}

/** One of several texts, in the room that the longest needs: nothing moves when another is shown. */
export function OneOf({ texts, shown }: OneOfProps): ReactNode {
  return (
    <span className="one-of">
      {texts.map((text) => (
        <span key={text} data-shown={text === shown}>
          {text}
        </span>
      ))}
    </span>
  )
}
