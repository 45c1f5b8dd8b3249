interface ViteTypeOptions {
  strictImportMetaEnv: unknown
}

interface ImportMetaEnv {
  /** Origin of the identity server, such as `http://localhost:4400`. */
  readonly VITE_IDENTITY_ORIGIN: string
}
