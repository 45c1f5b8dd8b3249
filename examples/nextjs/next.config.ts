import { join } from 'node:path'
import type { NextConfig } from 'next'

const { NEXT_PUBLIC_ISSUER: backend = 'http://localhost:4400' } = process.env

const config: NextConfig = {
  poweredByHeader: false,
  devIndicators: false,
  // The address that the provider sends people back to holds a code, and scripts load before it is cleaned.
  headers: async () => [{ source: '/callback', headers: [{ key: 'Referrer-Policy', value: 'no-referrer' }] }],
  // The backend at the origin of the app: its cookie is a first-party one, and no CORS is needed.
  rewrites: async () => [{ source: '/v1/:path*', destination: `${backend}/v1/:path*` }],
  // The packages of this repository are linked from beside this folder; an app of its own needs neither line.
  turbopack: { root: join(import.meta.dirname, '../..') },
  typescript: { ignoreBuildErrors: true },
}

export default config
