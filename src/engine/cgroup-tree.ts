import { Cgroup } from './cgroup.ts';
import { KernelError } from './kernel-error.ts';
import { pageKind } from './memory/vma.ts';
import type { PageKind } from './memory/vma.ts';
import { fitToAllowed } from './sched/fork-placement.ts';
import type { MemoryObject } from './memory/memory-object.ts';
import type { KernelState } from './state.ts';

/** The group at a path from the cgroup root (`/`, `/a/b`), or undefined. */
export function findCgroup(state: KernelState, path: string): Cgroup | undefined {
  let group: Cgroup | undefined = state.root;
  for (const name of path.split('/').filter(Boolean)) group = group?.children.get(name);
  return group;
}

/** A group to start processes in. @throws KernelError ENOENT, or EBUSY where it hands controllers to its children */
export function groupForProcesses(state: KernelState, path: string): Cgroup {
  const group = findCgroup(state, path);
  if (!group) throw new KernelError('ENOENT', path, 'there is no such cgroup to start a process in');
  refuseInnerGroup(group, path);
  return group;
}

/** Processes live in the leaves; threaded groups are free of that. @throws KernelError EBUSY */
export function refuseInnerGroup(group: Cgroup, where: string): void {
  if (group.parent && !group.isThreadedHost && group.subtreeControl.size > 0)
    throw new KernelError('EBUSY', where, 'the group hands controllers to its children');
}

/** @throws KernelError EEXIST, ENOENT (no parent), EINVAL (not an absolute path, or a name a directory cannot have) */
export function makeCgroup(state: KernelState, path: string): Cgroup {
  const fail = (errno: 'EEXIST' | 'ENOENT' | 'EINVAL', what: string): never => {
    throw new KernelError(errno, `mkdir ${path}`, what);
  };
  const { parentPath, name } = split(path);
  if (!path.startsWith('/') || /^\.{0,2}$/.test(name) || name.length > 255)
    fail('EINVAL', 'not a path of a group');
  const parent = findCgroup(state, parentPath) ?? fail('ENOENT', `${parentPath} does not exist`);
  if (parent.children.has(name)) fail('EEXIST', 'the group exists');
  const group = new Cgroup(name, parent);
  group.numaLoadBalance = state.gate.flagOfNewGroup(parent);
  parent.children.set(name, group);
  return group;
}

/**
 * Removes an empty group; its events stay with its parent.
 *
 * @throws KernelError ENOENT, or EBUSY while it has tasks or children
 */
export function removeCgroup(state: KernelState, path: string): void {
  const group = findCgroup(state, path);
  if (!group?.parent) throw new KernelError('ENOENT', `rmdir ${path}`, 'there is no such group to remove');
  if (group.tasks.size > 0 || group.children.size > 0) {
    throw new KernelError('EBUSY', `rmdir ${path}`, 'it still has tasks or children');
  }
  group.leaveEventsToParent();
  group.parent.children.delete(group.name);
  adoptMemory(state, group, group.parent.governing('memory'));
}

/** Memory that is still charged to a group belongs to its parent when the group goes. */
function adoptMemory(state: KernelState, from: Cgroup, to: Cgroup): void {
  for (const object of objectsOf(state)) if (object.cgroup === from) object.cgroup = to;
}

/** All that processes map, of some kinds or of all, each once. */
function objectsOf(
  state: KernelState,
  kinds: readonly PageKind[] = ['anon', 'file', 'shmem'],
): ReadonlySet<MemoryObject> {
  const regions = [...state.processes.values()].flatMap(({ mm }) => mm.regions());
  const wanted = regions.filter(({ vmas }) => vmas.some(({ flags }) => kinds.includes(pageKind(flags))));
  return new Set(wanted.flatMap(({ objects }) => objects));
}

/**
 * Moves the process that a thread id belongs to to another group: from the next tick, scan and fault on its threads are governed by that group's
 * switch; nothing they have learnt is reset, and their memory stays charged where it is (REF §17.5).
 *
 * @throws KernelError ESRCH, or EBUSY where the group hands controllers to its children
 */
export function moveProcess(state: KernelState, pid: number, to: Cgroup): void {
  const process = state.processes.get(state.tasks.get(pid)?.tgid ?? pid);
  if (!process) throw new KernelError('ESRCH', `${to.path}/cgroup.procs`, `there is no process ${pid}`);
  refuseInnerGroup(to, `${to.path}/cgroup.procs`);
  for (const task of process.tasks) {
    task.cgroup.tasks.delete(task.pid);
    task.cgroup = to;
    to.tasks.add(task.pid);
    fitToAllowed(state, task);
  }
  process.mm.ownerCgroup = to;
}

/** Resident pages per node charged to a group and its descendants, of some kinds or of all. */
export function memoryPerNode(
  state: KernelState,
  group: Cgroup,
  kinds?: readonly PageKind[],
): readonly number[] {
  const pages = Array.from({ length: state.topology.nodeCount }, () => 0);
  for (const { cgroup, residentPerNode } of objectsOf(state, kinds)) {
    if (!cgroup.lineage().includes(group)) continue;
    residentPerNode.forEach((count, node) => (pages[node]! += count));
  }
  return pages;
}

function split(path: string): { readonly parentPath: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return { parentPath: path.slice(0, slash) || '/', name: path.slice(slash + 1) };
}
