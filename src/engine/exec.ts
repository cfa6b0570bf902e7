import { leaveGroup } from './balancing/numa-group.ts';
import { unmapRegion } from './memory/unmap.ts';
import type { Process } from './process.ts';
import { endTask } from './sched/end-task.ts';
import { idleProgram } from './sched/task.ts';
import type { Task } from './sched/task.ts';
import type { KernelState } from './state.ts';

/**
 * `execve` in the main thread: all other threads end, the address space is empty and was never scanned, the statistics
 * begin anew; the preferred node and the policy stay (REF §5.2). The window's `locality` is no statistic of where memory
 * is, and stays too.
 */
export function execProcess(state: KernelState, process: Process): void {
  const { mm, tasks } = process;
  for (const other of tasks.splice(1)) endTask(state, other);
  const main = tasks[0]!;
  main.walk = undefined;
  main.program = idleProgram(main.usage);
  for (const table of mm.regions()) unmapRegion(state, table);
  mm.vmas.length = 0;
  mm.nextScan = 0;
  mm.scanSeq = 0;
  mm.scanOffset = 0;
  leaveGroup(main);
  forgetFaults(main);
}

function forgetFaults(task: Task): void {
  task.totalFaults = 0;
  if (!task.faults) return;
  const { mem, cpu, memBuffer, cpuBuffer } = task.faults;
  for (const family of [mem, cpu, memBuffer, cpuBuffer]) family.fill(0);
}
