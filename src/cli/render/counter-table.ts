/** What each container's cgroup has counted. */
import type { SimulatedCgroup } from '../../api/simulated-node.ts';
import { textTable } from './text-table.ts';

/** A container's cgroup and the Kubernetes node it is on. */
export interface CgroupOnNode {
  readonly node: string;
  readonly cgroup: SimulatedCgroup;
  /** NUMA nodes that its threads are on. */
  readonly threadNodes: readonly number[];
}

/** One row per container: where it is, its flag, its counters. */
export function counterTable(rows: readonly CgroupOnNode[], width: number): string {
  const text = (header: string, of: (row: CgroupOnNode) => string): { header: string; cells: string[] } => ({
    header,
    cells: rows.map(of),
  });
  const number = (
    header: string,
    of: (row: CgroupOnNode) => number,
  ): { header: string; cells: string[]; isNumber: boolean } => ({
    ...text(header, (row) => String(of(row))),
    isNumber: true,
  });
  return textTable(
    [
      text('Container', ({ cgroup }) => containerName(cgroup)),
      text('Node', ({ node }) => node),
      text('Policy', ({ cgroup }) => cgroup.policy ?? '-'),
      number('Flag', ({ cgroup }) => cgroup.numaLoadBalance),
      number('PTE Updates', ({ cgroup }) => cgroup.counters.numaPteUpdates),
      number('Hint Faults', ({ cgroup }) => cgroup.counters.numaHintFaults),
      number('Local Faults', ({ cgroup }) => cgroup.counters.numaHintFaultsLocal),
      number('Pages Migrated', ({ cgroup }) => cgroup.counters.numaPagesMigrated),
      number('Task Moves', ({ cgroup }) => cgroup.counters.numaTaskMigrated),
      number('Task Swaps', ({ cgroup }) => cgroup.counters.numaTaskSwapped),
    ],
    width,
  );
}

/** `namespace/pod/container`. */
export function containerName({ namespace, pod, container }: SimulatedCgroup): string {
  return `${namespace}/${pod}/${container}`;
}
