/** Sends the only form of a page at once. */
export const submitScript = 'document.forms[0].submit()'
