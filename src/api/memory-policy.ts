/** The memory policy of a container or a region, with the combinations that set_mempolicy(2) accepts (REF §17.6, §17.7). */
import { z } from 'zod';

import type { DeepReadonly } from './deep-readonly.ts';
import { choice, flag } from './fields.ts';
import { nodeList } from './node-list.ts';
import { withRules } from './rule.ts';

const modes = [
  'Default',
  'Local',
  'Preferred',
  'PreferredMany',
  'Bind',
  'Interleave',
  'WeightedInterleave',
] as const;

/** Modes without a node list of their own. */
const withoutNodes: readonly string[] = ['Default', 'Local'];

/** Modes that take MPOL_F_NUMA_BALANCING: mainline's two, and Interleave with the RFC's interleave patch. */
const balanced: readonly string[] = ['Bind', 'PreferredMany', 'Interleave'];

const policyObject = z.strictObject({
  mode: choice(
    modes,
    'Where pages are allocated. Default: on the node of the thread that touches first, and balanced. Local: the same, but never balanced. Preferred: on one node, else near it. PreferredMany: on some nodes, else near them. Bind: only on these nodes. Interleave: round robin over the nodes. WeightedInterleave: the same by the weights of the nodes, each of which is 1. (MPOL_* of set_mempolicy.)',
  ),
  nodes: nodeList(
    "NUMA nodes in the kernel's list format, such as 0-1,3. Required by every mode but Default and Local; exactly one node for Preferred.",
  ).exactOptional(),
  numaBalancing: flag(
    'Also balance memory under this policy (MPOL_F_NUMA_BALANCING). Only with Bind, PreferredMany and, with the interleave patch of the RFC, Interleave; the kernel refuses it with any other mode (EINVAL).',
  ).default(false),
});

/** Schema of a memory policy. */
export function memoryPolicy(description: string): typeof policyObject {
  return withRules(policyObject, description, [
    {
      cel: `self.mode in ['Default', 'Local'] || has(self.nodes)`,
      message: 'nodes is required by every mode but Default and Local',
      field: 'nodes',
      check: ({ mode, nodes }) => withoutNodes.includes(mode) || nodes !== undefined,
    },
    {
      cel: `!(self.mode in ['Default', 'Local']) || !has(self.nodes)`,
      message: 'nodes must not be given with mode Default or Local: they have no node list',
      field: 'nodes',
      check: ({ mode, nodes }) => !withoutNodes.includes(mode) || nodes === undefined,
    },
    {
      cel: `self.mode != 'Preferred' || !has(self.nodes) || self.nodes.matches('^[0-9]*$')`,
      message: 'nodes must be exactly one node with mode Preferred; PreferredMany takes several',
      field: 'nodes',
      check: ({ mode, nodes }) => mode !== 'Preferred' || nodes === undefined || /^[0-9]*$/u.test(nodes),
    },
    {
      cel: `!self.numaBalancing || self.mode in ['Bind', 'PreferredMany', 'Interleave']`,
      message:
        'numaBalancing must be false with this mode: the kernel accepts the flag only with Bind, PreferredMany and Interleave (EINVAL)',
      field: 'numaBalancing',
      check: ({ mode, numaBalancing }) => !numaBalancing || balanced.includes(mode),
    },
  ]);
}

/** A memory policy: mode, nodes and whether balancing is asked for. */
export type MemoryPolicy = DeepReadonly<z.output<typeof policyObject>>;

/** One of the seven modes. */
export type MemoryPolicyMode = MemoryPolicy['mode'];
