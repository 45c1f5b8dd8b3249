/**
 * How every sign-in at this server was done (OpenID Connect Core §2, `acr`): with a password, over a connection
 * that nobody encrypts because it does not leave the computer.
 */
export const passwordAcr = 'urn:oasis:names:tc:SAML:2.0:ac:classes:Password'
