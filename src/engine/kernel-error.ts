/** The errno values a simulated file or system call can answer, with the kernel's own meaning. */
export type Errno =
  | 'EINVAL'
  | 'ENOENT'
  | 'EEXIST'
  | 'EBUSY'
  | 'ENOMEM'
  | 'ESRCH'
  | 'EACCES'
  | 'ENOTEMPTY'
  | 'ERANGE'
  | 'EOPNOTSUPP';

/** Thrown when a system call or a file operation fails as it would in the kernel. The state is unchanged. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly errno: Errno;
  /** The kernel file or system call that refused. */
  readonly where: string;

  constructor(errno: Errno, where: string, message: string) {
    super(`${where}: ${message} (${errno})`);
    this.errno = errno;
    this.where = where;
  }
}
