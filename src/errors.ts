/**
 * Every error a user of numasim can meet, in one table (docs/errors.md lists the same; a test keeps them in step).
 *
 * An error says three things: what was wrong (`message`), where (`where`: file:line, object and field, or kernel
 * file), and what to do (`remedy`). The engine is not in this table: it throws `KernelError` with the kernel's errno,
 * and the floor that called it wraps that in one of these.
 */

/** Code → what the user can do about it. The key is stable; scripts may match it. */
export const errorTable = {
  NUMASIM_USAGE: 'See `numasim --help` for the commands and their options.',
  NUMASIM_FILE_UNREADABLE: 'Check that the path exists and can be read.',
  NUMASIM_FILE_UNWRITABLE: 'Check that the directory exists, can be written, and has room.',
  NUMASIM_NO_MANIFESTS: 'Give at least one file or directory with .yaml, .yml or .json manifests.',
  NUMASIM_YAML_SYNTAX: 'Correct the YAML at that line.',
  NUMASIM_KIND_UNSUPPORTED: 'Leave the object out, or use one of the kinds listed by `numasim run --help`.',
  NUMASIM_OBJECT_INVALID:
    'Correct that field; `kubectl explain` describes it, and so do the CRDs (`numasim crds`).',
  NUMASIM_OBJECT_DUPLICATE: 'Give each object of a kind its own name and namespace.',
  NUMASIM_UNSCHEDULABLE: 'Add a node that fits (`--nodes`), or lower the requests of the pod.',
  NUMASIM_KERNEL_REFUSED:
    'The simulated kernel refused the value, as a real one would; see docs/kernel-files.md.',
  NUMASIM_RECORD_INVALID: 'The file is not a recording of the expected format; see its README.',
  NUMASIM_API_REFUSED: 'The API server refused the request; its message says why.',
  NUMASIM_API_UNREACHABLE: 'Check the kubeconfig, the network and that the API server runs.',
  NUMASIM_KUBECONFIG: 'Set KUBECONFIG, or run inside a cluster with a ServiceAccount.',
} as const satisfies Record<string, string>;

/** The stable code of an error, for scripts and logs. */
export type ErrorCode = keyof typeof errorTable;

/** Thrown when something a user gave, or a system numasim depends on, is wrong. Retrying may help. */
export class NumasimError extends Error {
  override readonly name: string = 'NumasimError';
  readonly code: ErrorCode;
  /** Where: `file:line`, `Kind namespace/name: spec.field`, a kernel file, or a URL. */
  readonly where: string | undefined;
  /** What to do. */
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, where?: string, options?: ErrorOptions) {
    super(where === undefined ? message : `${where}: ${message}`, options);
    this.code = code;
    this.where = where;
    this.remedy = errorTable[code];
  }
}

/** Thrown when retrying cannot help: the input itself must change first. */
export class TerminalError extends NumasimError {
  override readonly name: string = 'TerminalError';
}
