/** SimulatedNode objects as another replica might have written them, for the tests of statuses. */
import { noCounts } from '../../../src/api/counters.ts';
import { parseObject } from '../../../src/api/parse-object.ts';
import type { SimulatedCgroup, SimulatedNode, SimulatedNodeStatus } from '../../../src/api/simulated-node.ts';
import { namespace } from '../builders.ts';

/** The cgroup of the container `main0` of a pod that a policy `on` switched on, unless told otherwise. */
export function simulatedCgroup(pod: string, parts: Partial<SimulatedCgroup> = {}): SimulatedCgroup {
  return {
    namespace,
    pod,
    podUid: `uid-${pod}`,
    container: 'main0',
    path: `/kubepods.slice/${pod}.scope`,
    numaLoadBalance: 1,
    policy: 'on',
    tasks: 1,
    counters: noCounts,
    pagesPerNode: [0, 0],
    localPages: 0,
    remotePages: 0,
    ...parts,
  };
}

/** The object of `node1`, unless told otherwise. */
export function simulatedNodeWith(status: SimulatedNodeStatus, name = 'node1'): SimulatedNode {
  return { apiVersion: 'numasim.dev/v1alpha1', kind: 'SimulatedNode', metadata: { name }, status };
}

/** What the API server would say against an object with its status; nothing if it would take it. */
export function issuesOf(object: object): readonly unknown[] {
  const result = parseObject(JSON.parse(JSON.stringify(object)));
  return result.ok ? [] : result.issues;
}

/** The conditions as `Type=Status Reason`, for comparing. */
export function conditionsOf(status: {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
  }[];
}): readonly string[] {
  return (status.conditions ?? []).map(({ type, status: holds, reason }) => `${type}=${holds} ${reason}`);
}
