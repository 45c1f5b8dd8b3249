/** Where the API is. The browser may know: it asks there itself. */
export const backend: string = process.env['NEXT_PUBLIC_ISSUER'] ?? 'http://localhost:4400'
