/** The memory files of a cgroup, as they read back: in bytes, whole pages. */

/** Both recorded architectures and all presets have 4 KiB base pages. */
const pageBytes = 4096;

/** What a `memory.*` file shows after `bytes` was written: the kernel counts in whole pages. */
export function memoryFile(bytes: number): string {
  return String(wholePages(bytes));
}

/** What a limit file shows; 0 means that nothing was written. */
export function memoryLimitFile(bytes: number): string {
  return bytes === 0 ? 'max' : memoryFile(bytes);
}

/**
 * `memory.high` between a request and a ceiling, in bytes: request + factor · (ceiling − request), whole pages.
 * `max` if that is no more than the request, as the kubelet then writes nothing.
 */
export function memoryHighFile(request: number, ceiling: number, factor: number): string {
  const high = wholePages(request + (ceiling - request) * factor);
  return high > request && high !== 0 ? String(high) : 'max';
}

function wholePages(bytes: number): number {
  return Math.floor(bytes / pageBytes) * pageBytes;
}
