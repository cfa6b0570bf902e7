import { RandomStream } from '../random.ts';
import type { Task } from '../sched/task.ts';
import type { KernelState } from '../state.ts';
import { AccessStream } from './access-stream.ts';
import type { AccessSpec } from './access-stream.ts';
import { Program } from './program.ts';
import { zipfWeight } from './zipf-draw.ts';

/** An access entry of a thread, on a region of its process. */
export interface ThreadAccess extends AccessSpec {
  readonly region: string;
  /**
   * With fixed work: touches to make before the thread goes on with its next entry; it ends after the last. Either all entries
   * of a thread have it or none.
   */
  readonly touches?: number | undefined;
}

/** What a thread does. */
export interface ThreadProgram {
  readonly accesses: readonly ThreadAccess[];
  /** CPU time in the kernel for the program's own reasons before all else, ns, default 0. */
  readonly startupSystemNs?: number | undefined;
}

/** Gives a thread its program, from now on. */
export function attachProgram(
  state: KernelState,
  task: Task,
  { accesses, startupSystemNs = 0 }: ThreadProgram,
): void {
  const { seed, now, traffic } = state;
  const streams = accesses.map((access, entry) => {
    const { table } = task.mm.vmas.find((candidate) => candidate.name === access.region)!;
    const stream = new AccessStream(
      table,
      access,
      new RandomStream(seed, `${task.streamName}/${entry}`),
      now,
    );
    return { stream, placement: traffic && placementOf(stream), touches: access.touches };
  });
  const machine = { traffic, touchNs: state.costs.touchNs };
  const { usage, program } = task;
  task.program = new Program(streams, { machine, usage, startupSystemNs, turn: program.turn });
}

/** After a fork the pages of both processes count (docs/fidelity.md: C3). */
function placementOf({ table, range, spec }: AccessStream): ReturnType<typeof table.object.follow> {
  if (spec.pattern !== 'Zipf') return table.object.follow({ ...range, law: 'Even' });
  return table.object.follow({ ...range, law: 'Zipf', weightOf: zipfWeight(range) });
}
