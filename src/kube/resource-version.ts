/**
 * Order of resourceVersions. Kubernetes promises that those of one resource compare as decimal integers
 * (API conventions, since 1.35); they exceed what a number holds exactly.
 */

/** Whether `version` is not newer than `known`. False when either is no decimal integer: then nobody can tell. */
export function isNotNewer(version: string | undefined, known: string | undefined): boolean {
  if (version === undefined || known === undefined || !isDecimal(version) || !isDecimal(known)) {
    return false;
  }
  return version.length === known.length ? version <= known : version.length < known.length;
}

/** The newer of two; `version` when they cannot be compared. */
export function newer(version: string, known: string): string {
  return isNotNewer(version, known) ? known : version;
}

function isDecimal(version: string): boolean {
  return /^[1-9][0-9]*$/.test(version);
}
