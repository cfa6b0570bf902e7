/** The version of numasim; package.json says the same (a test keeps them in step). */
export const version = '0.1.0';
