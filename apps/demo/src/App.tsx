import type { ReactNode } from 'react'
import { Route, Routes } from 'react-router'
import { HomePage } from './home/HomePage.tsx'
import { methods } from './methods/methods.ts'
import { NotFoundPage } from './NotFoundPage.tsx'
import { Shell } from './shell/Shell.tsx'

/** Every page of the demo; those of the methods come from their list. */
export function App(): ReactNode {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<HomePage />} />
        {methods.map((method) => (
          <Route key={method.path} path={method.path}>
            <Route index element={<method.Page method={method} />} />
            {method.Callback !== undefined && <Route path="callback" element={<method.Callback method={method} />} />}
          </Route>
        ))}
        <Route path="*" element={<NotFoundPage />} />
      </Route>
    </Routes>
  )
}
