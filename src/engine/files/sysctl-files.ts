import { setMode } from '../balancing/tiering.ts';
import { TUNABLE_FILES } from '../machine/tunables.ts';
import type { KernelState } from '../state.ts';
import type { FileLookup, KernelFile } from './kernel-file.ts';
import { U32_MAX, parseInteger } from './parse-value.ts';

export const NUMA_BALANCING = '/proc/sys/kernel/numa_balancing';
const VM_NUMA_STAT = '/proc/sys/vm/numa_stat';
const VM_MIN_FREE = '/proc/sys/vm/min_free_kbytes';
/** An `int` that is not negative. */
const MIN_FREE_KBYTES = { min: 0n, max: 2n ** 31n - 1n };
/** The sysctl's bound on every kernel, RFC or not (REF §4.1, §17.1). */
const HIGHEST_MODE = 4n;

/** The balancer's switches and tunables (REF §4.1). */
export function sysctlFiles(state: KernelState): FileLookup {
  const files = new Map<string, KernelFile>();
  files.set(NUMA_BALANCING, {
    read: () => `${state.mode}\n`,
    write: (text) => {
      setMode(state, Number(parseInteger(NUMA_BALANCING, text, { min: 0n, max: HIGHEST_MODE })));
    },
  });
  files.set(VM_NUMA_STAT, {
    read: () => `${state.memory.statEnabled ? 1 : 0}\n`,
    write: (text) => {
      state.memory.setStatEnabled(parseInteger(VM_NUMA_STAT, text, { min: 0n, max: 1n }) === 1n);
    },
  });
  files.set(VM_MIN_FREE, {
    read: () => `${state.memory.minFreeKbytes}\n`,
    write: (text) => {
      state.memory.minFreeKbytes = Number(parseInteger(VM_MIN_FREE, text, MIN_FREE_KBYTES));
    },
  });
  for (const [path, { key, minimum }] of TUNABLE_FILES) {
    files.set(path, {
      read: () => `${state.tunables[key]}\n`,
      write: (text) => {
        state.tunables[key] = Number(parseInteger(path, text, { min: BigInt(minimum), max: U32_MAX }));
      },
    });
  }
  return (path) => files.get(path);
}
