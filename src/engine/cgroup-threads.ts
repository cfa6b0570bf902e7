import type { Cgroup } from './cgroup.ts';
import { refuseInnerGroup } from './cgroup-tree.ts';
import { KernelError } from './kernel-error.ts';
import { fitToAllowed } from './sched/fork-placement.ts';
import type { KernelState } from './state.ts';

/** What `cgroup.type` shows: threads of one process may be in different threaded groups below one threaded domain. */
export type CgroupType = 'domain' | 'domain threaded' | 'domain invalid' | 'threaded';

export function cgroupType(group: Cgroup): CgroupType {
  if (group.threaded) return 'threaded';
  // A parent that hosts threaded groups hosts no domains beside them; the root hosts both.
  if (group.parent?.parent && group.parent.isThreadedHost) return 'domain invalid';
  return group.parent && group.isThreadedHost ? 'domain threaded' : 'domain';
}

/** The group that memory and processes of a threaded subtree belong to: the nearest that is not threaded. */
export function resourceDomain(group: Cgroup): Cgroup {
  return group.threaded && group.parent ? resourceDomain(group.parent) : group;
}

/**
 * Writes `threaded` to `cgroup.type`; there is no way back.
 *
 * @throws KernelError EINVAL for any other text, EOPNOTSUPP where domains stand in the way
 */
export function makeThreaded(group: Cgroup, path: string, text: string): void {
  if (text.trim() !== 'threaded') throw new KernelError('EINVAL', path, 'only "threaded" can be written');
  if (group.threaded) return;
  for (const domain of [group, group.parent]) {
    if (!domain?.parent || domain.threaded) continue;
    if (domain.subtreeControl.has('memory'))
      throw new KernelError('EOPNOTSUPP', path, `${domain.path} hands memory to its children`);
    if (
      [...domain.children.values()].some((child) => child !== group && !child.threaded && isPopulated(child))
    )
      throw new KernelError('EOPNOTSUPP', path, `${domain.path} has child domains with processes`);
  }
  group.threaded = true;
  group.setController('memory', false);
}

function isPopulated(group: Cgroup): boolean {
  return group.tasks.size > 0 || [...group.children.values()].some(isPopulated);
}

/** Refuses a group that can hold no tasks until it is made threaded. @throws KernelError EOPNOTSUPP */
export function refuseInvalidGroup(group: Cgroup, path: string): void {
  if (cgroupType(group) === 'domain invalid')
    throw new KernelError('EOPNOTSUPP', path, 'the group is "domain invalid": make it threaded first');
}

/**
 * Moves one thread within its threaded domain: from its next tick, scan and fault on, that group's switch governs it
 * (REF §17.2: the gate is asked per thread).
 *
 * @throws KernelError ESRCH, EOPNOTSUPP to another domain, EBUSY where the group hands controllers to its children
 */
export function moveThread(state: KernelState, tid: number, to: Cgroup): void {
  const path = `${to.path}/cgroup.threads`;
  const task = state.tasks.get(tid);
  if (!task) throw new KernelError('ESRCH', path, `there is no thread ${tid}`);
  refuseInvalidGroup(to, path);
  if (resourceDomain(task.cgroup) !== resourceDomain(to))
    throw new KernelError('EOPNOTSUPP', path, 'a single thread can move within its threaded domain only');
  refuseInnerGroup(to, path);
  task.cgroup.tasks.delete(tid);
  task.cgroup = to;
  to.tasks.add(tid);
  fitToAllowed(state, task);
}
