/**
 * Fields that the API has and this version does nothing with. Setting one is allowed and never silent: controllers put
 * what `fieldsWithoutBehaviour` returns into the condition NotImplemented. A field that gets its behaviour loses its row.
 */
import type { MemoryProfileSpec } from './memory-profile.ts';
import type { NumaBalancingPolicySpec } from './numa-balancing-policy.ts';
import type { NumaNodeConfigSpec } from './numa-node-config.ts';

/** One field that is set and has no effect. */
export interface FieldWithoutBehaviour {
  /** Path in the object, such as `spec.simulation.pageSampling`. */
  readonly path: string;
  /** What happens instead, as half a sentence. */
  readonly instead: string;
}

interface Row<Spec> extends FieldWithoutBehaviour {
  /** Whether the spec asks for what is missing. */
  readonly isSet: (spec: Spec) => boolean;
}

const policyRows: readonly Row<NumaBalancingPolicySpec>[] = [
  {
    path: 'spec.balancing',
    instead: 'Auto acts as Disabled',
    isSet: ({ balancing }) => balancing === 'Auto',
  },
];

const nodeConfigRows: readonly Row<NumaNodeConfigSpec>[] = [
  {
    path: 'spec.kernel.swapSkipsMmLess',
    instead: 'every thread has an address space',
    isSet: ({ kernel }) => !kernel.swapSkipsMmLess,
  },
  {
    path: 'spec.topology.nodeResourceTopology',
    instead: 'the preset TwoSocket is used',
    isSet: ({ topology }) => topology?.nodeResourceTopology !== undefined,
  },
  {
    path: 'spec.simulation.pageSampling',
    instead: 'every page is simulated',
    isSet: ({ simulation }) => simulation.pageSampling > 1,
  },
];

/** A spec with its kind. */
export type SpecOfKind =
  | { readonly kind: 'NumaBalancingPolicy'; readonly spec: NumaBalancingPolicySpec }
  | { readonly kind: 'NumaNodeConfig'; readonly spec: NumaNodeConfigSpec }
  | { readonly kind: 'MemoryProfile'; readonly spec: MemoryProfileSpec };

/** The fields of the object that are set and have no effect, in the order of the schema. */
export function fieldsWithoutBehaviour(object: SpecOfKind): readonly FieldWithoutBehaviour[] {
  switch (object.kind) {
    case 'NumaBalancingPolicy':
      return matching(policyRows, object.spec);
    case 'NumaNodeConfig':
      return matching(nodeConfigRows, object.spec);
    case 'MemoryProfile':
      return [];
  }
}

/** The text of the condition NotImplemented: `spec.balancing: Auto acts as Disabled; …`. */
export function notImplementedMessage(fields: readonly FieldWithoutBehaviour[]): string {
  return fields.map(({ path, instead }) => `${path}: ${instead}`).join('; ');
}

function matching<Spec>(rows: readonly Row<Spec>[], spec: Spec): readonly FieldWithoutBehaviour[] {
  return rows.filter(({ isSet }) => isSet(spec)).map(({ path, instead }) => ({ path, instead }));
}
