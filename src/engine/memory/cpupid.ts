/**
 * `lastCpupid`: who touched a folio last, packed as the kernel packs it (REF §3.6): the pid's low 8 bits, then the CPU.
 */
const PID_BITS = 8;
const PID_MASK = (1 << PID_BITS) - 1;

/** CPU bits of a kernel built for up to 8192 CPUs, as distributions build it. */
export const DEFAULT_CPU_BITS = 13;

/** The value of a folio nobody faulted on yet: all bits 1. */
export const UNSET_CPUPID = (1 << (PID_BITS + DEFAULT_CPU_BITS)) - 1;

export function packCpupid(cpu: number, pid: number): number {
  return (cpu << PID_BITS) | (pid & PID_MASK);
}

export function cpuOfCpupid(cpupid: number): number {
  return cpupid >>> PID_BITS;
}

/** The low 8 bits of the pid. */
export function pidOfCpupid(cpupid: number): number {
  return cpupid & PID_MASK;
}

/** Whether the pid part is unset; a real pid with `pid mod 256 = 255` looks unset too. */
export function isPidUnset(cpupid: number): boolean {
  return (cpupid & PID_MASK) === PID_MASK;
}

/** Whether the pid part is this pid's; pids that are equal mod 256 collide. */
export function pidMatches(pid: number, cpupid: number): boolean {
  return (cpupid & PID_MASK) === (pid & PID_MASK);
}

/** The bit, 0 … 63, that stands for a pid in a VMA's access windows (REF §3.4). */
export function pidBit(pid: number): number {
  return Math.imul(pid, 0x61c88647) >>> 26;
}
