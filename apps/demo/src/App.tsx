import type { ReactNode } from 'react'
import { Route, Routes } from 'react-router'
import { HomePage } from './home/HomePage.tsx'
import { chapters } from './methods/chapters.ts'
import { NotFoundPage } from './NotFoundPage.tsx'
import { Shell } from './shell/Shell.tsx'

const pages = chapters.flatMap((chapter) => chapter.pages)

/** Every page of the demo; all but the home page come from the list of chapters. */
export function App(): ReactNode {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<HomePage />} />
        {pages.map(({ path, Page, Callback }) => (
          <Route key={path} path={path}>
            <Route index element={<Page />} />
            {Callback !== undefined && <Route path="callback" element={<Callback />} />}
          </Route>
        ))}
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  )
}
