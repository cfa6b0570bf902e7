/**
 * The config a node really has: what its NumaNodeConfig says, the API's static defaults, and the defaults that follow from
 * other fields or from the node (design §3). The result has no optional settings left.
 */
import { resolveCosts } from './costs.ts';
import type { Costs, CostSet } from './costs.ts';
import { machineCosts } from './machine-figures.ts';
import { numaNodeConfigSpec } from './numa-node-config.ts';
import type { NumaNodeConfigSpec } from './numa-node-config.ts';
import type { Topology } from './topology.ts';

/** The variant of the proposal, with `interleave` decided. */
export type ResolvedRfc = Readonly<Required<NumaNodeConfigSpec['rfc']>>;

/** Every setting of a node's kernel and simulation. */
export interface ResolvedNodeConfig {
  /** Value of the sysctl, 0 to 4. */
  readonly numaBalancing: number;
  readonly tunables: NumaNodeConfigSpec['tunables'];
  readonly rfc: ResolvedRfc;
  readonly kernel: NumaNodeConfigSpec['kernel'];
  /** As stated, or the preset TwoSocket. Scaling a preset to the node is left to who builds the machine. */
  readonly topology: Topology;
  /** Whether the topology is the default one. */
  readonly topologyIsDefault: boolean;
  readonly costs: Costs;
  /** `root` is `/` when the kubelet has none. */
  readonly cgroups: Readonly<Required<NumaNodeConfigSpec['cgroups']>>;
  readonly simulation: Readonly<Required<NumaNodeConfigSpec['simulation']>>;
}

const noConfig: NumaNodeConfigSpec = numaNodeConfigSpec.parse({});

/**
 * The settings of the node `nodeName` under `spec`; without a config, all defaults.
 *
 * @param costSet set of costs instead of the one in `spec`
 */
export function resolveNodeConfig(
  spec: NumaNodeConfigSpec | undefined,
  nodeName: string,
  costSet?: CostSet,
): ResolvedNodeConfig {
  const { numaBalancing, tunables, rfc, kernel, topology, costs, cgroups, simulation } = spec ?? noConfig;
  return {
    numaBalancing,
    tunables,
    rfc: { ...rfc, interleave: rfc.interleave ?? rfc.version === 'V1' },
    kernel,
    topology: topology ?? { preset: 'TwoSocket' },
    topologyIsDefault: topology === undefined,
    costs: resolveCosts(
      costSet === undefined ? costs : { ...costs, set: costSet },
      topology?.preset && machineCosts(topology.preset),
    ),
    cgroups: { ...cgroups, root: cgroups.root ?? '/' },
    simulation: { ...simulation, seed: simulation.seed ?? seedFromName(nodeName) },
  };
}

/** FNV-1a, 32 bits, over the name's UTF-8 bytes: a fixed, well spread number for each name. */
export function seedFromName(nodeName: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(nodeName)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}
