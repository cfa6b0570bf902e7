import { RandomStream } from '../random.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { AccessStream } from './access-stream.ts';
import type { AccessSpec } from './access-stream.ts';

/** An access entry of a thread, on a region of its process. */
export interface ThreadAccess extends AccessSpec {
  readonly region: string;
}

/** Gives a thread its accesses, from now on. */
export function attachStreams(state: KernelState, task: Task, accesses: readonly ThreadAccess[]): void {
  const { seed, now } = state;
  task.streams = accesses.map((access, entry) => {
    const { table } = task.mm.vmas.find((candidate) => candidate.name === access.region)!;
    return new AccessStream(table, access, new RandomStream(seed, `${task.streamName}/${entry}`), now);
  });
}
