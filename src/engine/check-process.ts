import type { ThreadAccess } from './access/attach-program.ts';
import { pageRange } from './access/page-range.ts';
import type { AccessRate } from './access/rate-schedule.ts';
import { KernelError } from './kernel-error.ts';
import { createMemoryPolicy } from './memory/memory-policy.ts';
import type { MemoryPolicy, MemoryPolicySpec } from './memory/memory-policy.ts';
import type { ProcessSpec, RegionSpec } from './process.ts';
import type { ThreadPlace } from './sched/create-task.ts';
import { DUTY_WINDOW_NS } from './sched/duty.ts';
import type { KernelState } from './state.ts';

/** The policies a process asks for, as the kernel takes them. */
export interface ProcessPolicies {
  readonly task: MemoryPolicy | null;
  /** By region, in the order of the description. */
  readonly regions: readonly (MemoryPolicy | null)[];
}

/**
 * Refuses everything that can be refused of a process before anything of it exists.
 *
 * @throws KernelError EINVAL when the description is not a process of this machine
 */
export function checkProcess(state: KernelState, spec: ProcessSpec): ProcessPolicies {
  const check = checkOf(`process ${spec.comm}`);
  check(spec.threads.length > 0, 'a process has at least one thread');
  const regions = new Map(spec.regions.map((region) => [region.name, region]));
  check(regions.size === spec.regions.length, 'two regions have one name');
  for (const region of spec.regions) checkRegion(state, spec, region, check);
  for (const thread of spec.threads) {
    checkThread(state, thread, check);
    for (const access of thread.accesses) checkAccess(regions.get(access.region), access, check);
    const fixed = thread.accesses.filter(({ touches }) => touches !== undefined).length;
    check(
      fixed === 0 || fixed === thread.accesses.length,
      'all accesses of a thread are fixed work, or none',
    );
  }
  const create = (policy: MemoryPolicySpec | undefined): MemoryPolicy | null =>
    policy ? createMemoryPolicy(policy, state.topology.nodeCount, state.variant) : null;
  return { task: create(spec.policy), regions: spec.regions.map(({ policy }) => create(policy)) };
}

type Check = (holds: boolean, what: string) => void;

/** Refuses with EINVAL what does not hold. @param where the call or the process that is refused */
export function checkOf(where: string): Check {
  return (holds, what) => {
    if (!holds) throw new KernelError('EINVAL', where, what);
  };
}

const isIndex = (value: number, count: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < count;

function checkRegion(state: KernelState, spec: ProcessSpec, region: RegionSpec, check: Check): void {
  const { name, pages, firstTouchNode = 0, firstToucher = 0 } = region;
  check(Number.isInteger(pages) && pages >= 1, `region ${name} has ${pages} pages`);
  check(
    isIndex(firstTouchNode, state.topology.nodeCount),
    `region ${name}: there is no node ${firstTouchNode}`,
  );
  check(isIndex(firstToucher, spec.threads.length), `region ${name}: there is no thread ${firstToucher}`);
}

/** When a thread is awake and where it may run. */
export function checkThread(state: KernelState, thread: ThreadPlace, check: Check): void {
  const { dutyPercent = 100, dutyPhaseNs = 0, affinity } = thread;
  check(dutyPercent >= 0 && dutyPercent <= 100, `a thread cannot be awake for ${dutyPercent} % of the time`);
  check(isIndex(dutyPhaseNs, DUTY_WINDOW_NS), `its waking part cannot begin at ${dutyPhaseNs} ns`);
  check(affinity?.length !== 0, 'an affinity mask has at least one CPU');
  const missing = affinity?.find((cpu) => !isIndex(cpu, state.topology.cpuCount));
  check(missing === undefined, `there is no CPU ${missing}`);
}

/** That an access lies within its region, at a rate that can be. */
export function checkAccess(
  region: { readonly name: string; readonly pages: number } | undefined,
  access: ThreadAccess,
  check: Check,
): void {
  check(region !== undefined, `there is no region ${access.region} to access`);
  if (!region) return;
  const { startIndex = 0, backlogNs = 0, rateChanges = [] } = access;
  const { length } = pageRange(region, access);
  checkRate(access, check);
  rateChanges.forEach((change, index) => {
    const { afterNs, touchesPerSecond, writePercent = 0 } = change;
    const before = rateChanges[index - 1]?.afterNs ?? 0;
    check(afterNs >= before && afterNs < Infinity, `a change of the rate after ${afterNs} ns, not by time`);
    checkRate({ touchesPerSecond, writePercent }, check);
  });
  check(isIndex(startIndex, length), `a sweep of ${length} pages cannot begin at ${startIndex}`);
  check(backlogNs >= 0, `a backlog of ${backlogNs} ns`);
  const { linesPerTouch = 1, memoryLevelParallelism = 1, touches = 1 } = access;
  check(linesPerTouch >= 0 && linesPerTouch < Infinity, `${linesPerTouch} cache lines per touch`);
  check(memoryLevelParallelism >= 1, `${memoryLevelParallelism} accesses at once`);
  check(touches > 0 && touches < Infinity, `fixed work of ${touches} touches`);
}

function checkRate({ touchesPerSecond, writePercent }: AccessRate, check: Check): void {
  check(touchesPerSecond >= 0 && touchesPerSecond < Infinity, `${touchesPerSecond} touches per second`);
  check(writePercent >= 0 && writePercent <= 100, `${writePercent} % of touches cannot write`);
}
