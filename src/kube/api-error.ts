/**
 * What goes wrong between us and the API server: it answered and refused (`ApiError`), or it did not answer
 * (`ApiUnreachableError`). Both carry the codes of src/errors.ts.
 */
import { NumasimError } from '../errors.ts';

/** The API server's `Status` object, as far as it is used (API conventions, "Response Status Kind"). */
export interface Status {
  readonly code?: number;
  /** Machine-readable word: `NotFound`, `Conflict`, `Invalid`, `Expired`, … */
  readonly reason?: string;
  readonly message?: string;
  readonly details?: StatusDetails;
}

/** What the refusal is about. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly {
    readonly reason?: string;
    readonly message?: string;
    readonly field?: string;
  }[];
  /** Seconds. */
  readonly retryAfterSeconds?: number;
}

/** Thrown when the API server answered with a failure, in an HTTP response or as an ERROR event of a watch. */
export class ApiError extends NumasimError {
  override readonly name = 'ApiError';
  /** HTTP status code. */
  readonly status: number;
  /** The `Status` reason, or '' if the answer had none. */
  readonly reason: string;
  readonly details: StatusDetails;
  /** How long the server asked us to stay away, milliseconds; undefined if it did not. */
  readonly retryAfterMs: number | undefined;

  constructor(where: string, httpStatus: number, status: Status, retryAfterMs?: number) {
    const reason = status.reason ?? '';
    const what = status.message ?? `HTTP ${httpStatus}`;
    super('NUMASIM_API_REFUSED', reason === '' ? what : `${reason}: ${what}`, where);
    this.status = httpStatus;
    this.reason = reason;
    this.details = status.details ?? {};
    this.retryAfterMs = retryAfterMs;
  }
}

/** Thrown when no complete answer came: no connection, cut, or silent for too long. */
export class ApiUnreachableError extends NumasimError {
  override readonly name = 'ApiUnreachableError';

  constructor(where: string, message: string, options?: ErrorOptions) {
    super('NUMASIM_API_UNREACHABLE', message, where, options);
  }
}

/** The object does not exist. */
export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 404;
}

/**
 * Somebody else changed the object first, or it is another object of the same name by now: a write that names a uid is
 * answered with 409 if that object is gone, and with 422 if another has its name.
 */
export function isConflict(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) {
    return false;
  }
  const { causes = [] } = error.details;
  return (
    (error.status === 409 && error.reason !== 'AlreadyExists') ||
    (error.status === 422 && causes.some(({ field }) => field === 'metadata.uid'))
  );
}

/** The name is taken. */
export function isAlreadyExists(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 409 && error.reason === 'AlreadyExists';
}

/** The resourceVersion or continue token is too old: only a new list helps. */
export function isExpired(error: unknown): error is ApiError {
  return (
    error instanceof ApiError &&
    (error.status === 410 || error.reason === 'Expired' || error.reason === 'Gone')
  );
}
