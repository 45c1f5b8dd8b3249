/** What the pages are looked at in: either colour scheme and either width, for whatever is wrong with one shows in one of these. */
export const looks = [
  { colorScheme: 'light', width: 1280, height: 800 },
  { colorScheme: 'dark', width: 375, height: 812 },
] as const
