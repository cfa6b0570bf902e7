import { AddressSpace } from './memory/address-space.ts';
import { forkRegion } from './memory/fork-region.ts';
import type { Process } from './process.ts';
import { createTask } from './sched/create-task.ts';
import type { Task } from './sched/task.ts';
import type { KernelState } from './state.ts';

/**
 * A process of one thread that is a copy of another's: same memory, same place in cgroups and masks, its creator's times of
 * the next scan (REF §5.1). It does nothing with its memory until it is told to.
 */
export function forkProcess(state: KernelState, process: Process, creator: Task): Process {
  const { comm } = process;
  const { cgroup, dutyPercent, dutyPhaseNs, affinity } = creator;
  const streamName = `${process.streamName}/fork${process.forks++}`;
  const mm = new AddressSpace(cgroup);
  const main = createTask(state, {
    comm,
    mm,
    cgroup,
    thread: { dutyPercent, dutyPhaseNs, affinity, dutyJitter: creator.dutyJitterSeed !== undefined },
    streamName: `${streamName}/0`,
    creator,
  });
  // After the initialiser, which may have reset the creator's.
  mm.nextScan = creator.mm.nextScan;
  mm.scanSeq = creator.mm.scanSeq;
  mm.scanOffset = creator.mm.scanOffset;
  for (const table of creator.mm.regions()) forkRegion(mm, table);
  const child: Process = { pid: main.pid, comm, mm, tasks: [main], streamName, threadsStarted: 1, forks: 0 };
  state.processes.set(child.pid, child);
  return child;
}
