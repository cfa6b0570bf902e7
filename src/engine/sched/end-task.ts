import { leaveGroup } from '../balancing/numa-group.ts';
import type { KernelState } from '../state.ts';
import type { Task } from './task.ts';

/**
 * Takes a thread away: its contributions leave its group, its address space has a user less (REF §5.3, §13.4). A scan it was
 * in the middle of ends there; the next thread begins where that scan did.
 */
export function endTask(state: KernelState, task: Task): void {
  task.exiting = true;
  task.walk = undefined;
  leaveGroup(task);
  task.mm.users--;
  state.runQueues[task.cpu]!.remove(task);
  task.cgroup.tasks.delete(task.pid);
  state.tasks.delete(task.pid);
}
