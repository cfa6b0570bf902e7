import type { ResolvedNodeConfig } from '../api/resolve-node-config.ts';
import type { KernelOptions } from '../engine/kernel.ts';
import { NUMA_BALANCING } from '../engine/kernel.ts';
import { TUNABLE_FILES } from '../engine/machine/tunables.ts';
import type { MachineSpec } from '../engine/machine/topology.ts';
import { DEFAULT_COSTS } from '../engine/machine/costs.ts';

/** What a node's kernel is booted with: a change of any of it needs a new kernel. */
export function kernelOptions(config: ResolvedNodeConfig, machine: MachineSpec): KernelOptions {
  const { rfc, kernel, simulation } = config;
  return {
    machine,
    seed: simulation.seed,
    hz: kernel.hz,
    costs: {
      markPageNs: config.costs.markPageNs,
      scanStealNs: 0,
      hintFaultNs: config.costs.hintFaultNs,
      hintFaultContention: {
        at128Permille: config.costs.hintFaultContentionAt128Permille,
        maxPermille: config.costs.hintFaultContentionMaxPermille,
      },
      copyBaseMBps: config.costs.migrateBaseBandwidthMBps,
      copyHugeMBps: config.costs.migrateHugeBandwidthMBps,
      migratePageNs: config.costs.migrateBasePageNs,
      migrateHugePageNs: config.costs.migrateHugePageNs,
      touchNs: DEFAULT_COSTS.touchNs,
    },
    variant: {
      rfc: rfc.version,
      interleave: rfc.interleave,
      thpMarking: rfc.thpMarking,
      sentinel: rfc.sentinel,
      stickyMigrationFailure: kernel.stickyMigrationFailure,
      singleNodeCpusetSkip: kernel.singleNodeCpusetSkip,
      swapSkipsMmLess: kernel.swapSkipsMmLess,
      taskCounters: kernel.taskCounters,
      pidFilter: kernel.pidFilter,
      pseudoInterleaving: kernel.pseudoInterleaving,
    },
  };
}

/** What an administrator writes at run time: file and text. */
export function runtimeSettings({
  numaBalancing,
  tunables,
}: ResolvedNodeConfig): ReadonlyMap<string, string> {
  const settings = new Map([[NUMA_BALANCING, String(numaBalancing)]]);
  for (const [path, { key }] of TUNABLE_FILES) settings.set(path, String(tunables[key]));
  return settings;
}
