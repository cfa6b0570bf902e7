import type { Cgroup } from '../cgroup.ts';
import { memoryPerNode } from '../cgroup-tree.ts';
import { COUNTERS, COUNTER_INDEX } from '../counters.ts';
import type { PageKind } from '../memory/vma.ts';
import type { KernelState } from '../state.ts';
import { PAGE_BYTES } from '../units.ts';

/** Lines of memory in the kernel's order, and the pages they count: those of shared memory are the page cache's too. */
const MEMORY_LINES: readonly (readonly [name: string, kinds: readonly PageKind[]])[] = [
  ['anon', ['anon']],
  ['file', ['file', 'shmem']],
  ['shmem', ['shmem']],
];

/** `memory.stat`: memory in bytes, then the counters, of a group and all below it (REF §18.1). */
export function memoryStat(state: KernelState, group: Cgroup): string {
  const memory = MEMORY_LINES.map(([name, kinds]) => {
    const pages = memoryPerNode(state, group, kinds).reduce((sum, count) => sum + count, 0);
    return `${name} ${pages * PAGE_BYTES}\n`;
  });
  const events = group.hierarchicalEvents();
  const counters = COUNTERS.filter(
    (counter) => counter.memoryStat && (state.variant.taskCounters || !('taskCounter' in counter)),
  ).map(({ name }) => `${name} ${events[COUNTER_INDEX[name]]}\n`);
  return [...memory, ...counters].join('');
}

/** `memory.numa_stat`: memory in bytes, promotions in pages (REF §18.1). */
export function memoryNumaStat(state: KernelState, group: Cgroup): string {
  const line = (name: string, values: readonly number[]): string =>
    `${name} ${values.map((value, node) => `N${node}=${value}`).join(' ')}\n`;
  const memory = MEMORY_LINES.map(([name, kinds]) =>
    line(
      name,
      memoryPerNode(state, group, kinds).map((pages) => pages * PAGE_BYTES),
    ),
  );
  const promoted = state.memory.stat.map((_, node) => group.hierarchicalPromoted(node));
  return memory.join('') + line('pgpromote_success', promoted);
}
