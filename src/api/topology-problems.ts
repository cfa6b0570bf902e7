/**
 * What can be wrong with an explicit topology beyond the CRD's rules: comparing every CPU with every other is more than the
 * API server lets a rule do. The controller puts these into the conditions (InvalidTopology); `numasim run` does the same.
 */
import { parseCpuList } from './cpu-list.ts';
import type { FieldIssue } from './describe-issue.ts';
import type { Topology } from './topology.ts';

/** Problems by field, none for a topology that can be built. `path` begins with `spec.topology`. */
export function topologyProblems({ nodes = [] }: Topology): readonly FieldIssue[] {
  const owner = new Map<number, number>();
  return nodes.flatMap(({ cpus }, node) => {
    const taken = parseCpuList(cpus).filter((cpu) => owner.has(cpu));
    for (const cpu of parseCpuList(cpus)) owner.set(cpu, owner.get(cpu) ?? node);
    const [first] = taken;
    if (first === undefined) return [];
    const message = `CPU ${first} is in node ${owner.get(first) ?? 0} already; each CPU must be in one node`;
    return [{ path: `spec.topology.nodes[${node}].cpus`, message }];
  });
}
