/** Which pages fail to migrate in a replay: as many as in the recording, of those that REF §10.1 row 4 names. */
import type { Kernel } from '../../src/engine/kernel.ts';
import { failuresByBurst } from './failed-migrations.ts';
import type { Repetition } from './record.ts';
import type { ReplayedProcess } from './replayed-process.ts';
import { FORKED_PAGE, INHERITED_PAGE, SHARED_PAGE } from './small-mappings.ts';
import type { SmallPage } from './small-mappings.ts';

/**
 * Holds the pages that the threads of a process fail on from now on: first one of the thread's small pages, then the end
 * of the region it uses (README §6 fact 8), in any case remote ones.
 */
export function holdFailing(
  kernel: Kernel,
  process: ReplayedProcess,
  { repetition, timeMs }: { readonly repetition: Repetition; readonly timeMs: number },
): void {
  const { recorded, pid, tids } = process;
  const view = kernel.processes().find((each) => each.pid === pid);
  for (const [index, tid] of tids.entries()) {
    const bursts = failuresByBurst(repetition, `${recorded.name}/${index}`);
    let left = bursts.findLast(({ fromMs }) => fromMs <= timeMs)?.pages ?? 0;
    if (left === 0) continue;
    const node = view?.threads.find((thread) => thread.pid === tid)?.node;
    for (const { region, page } of candidates(process, index)) {
      if (kernel.calls.pageNode(pid, region, page) === node) continue;
      kernel.calls.holdPages(pid, region, [page, page + 1]);
      if (--left === 0) break;
    }
  }
}

function* candidates(process: ReplayedProcess, index: number): Generator<SmallPage> {
  const { threads } = process.recorded;
  yield* smallCandidates(threads.length, index);
  for (const { region, offPages, lenPages, stridePages } of threads[index]!.access.slice(0, 1)) {
    for (let i = lenPages - 1; i >= 0; i--) yield { region, page: offPages + i * stridePages };
  }
}

/**
 * In a process of one thread only the page of the parent's was seen to fail (a1, e1); where there are more, also what was
 * written on the other CPU.
 */
function smallCandidates(threads: number, index: number): readonly SmallPage[] {
  if (threads === 1) return [INHERITED_PAGE];
  const own = index === 0 ? FORKED_PAGE : { region: `stack ${index}`, page: 0 };
  return [own, { region: SHARED_PAGE, page: 0 }];
}
