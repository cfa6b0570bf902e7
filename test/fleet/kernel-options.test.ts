import { expect } from 'chai';

import { resolveNodeConfig } from '../../src/api/resolve-node-config.ts';
import type { ResolvedNodeConfig } from '../../src/api/resolve-node-config.ts';
import { Kernel } from '../../src/engine/kernel.ts';
import { DEFAULT_COSTS } from '../../src/engine/machine/costs.ts';
import { DEFAULT_TUNABLES } from '../../src/engine/machine/tunables.ts';
import { DEFAULT_VARIANT } from '../../src/engine/machine/variant.ts';
import { kernelOptions, runtimeSettings } from '../../src/fleet/kernel-options.ts';
import { testConfig } from './builders.ts';

type Json = Readonly<Record<string, unknown>>;

const machine = { nodes: [{ cpus: [0], pages: 1024 }], distances: [[10]] };

function resolved(spec: Json = {}): ResolvedNodeConfig {
  return resolveNodeConfig(testConfig('c', spec).spec, 'node1');
}

describe('what a node’s kernel is booted with', () => {
  it('by default is the engine’s own: the proposal as meant', () => {
    const options = kernelOptions(resolved(), machine);
    expect(options.variant).to.deep.equal(DEFAULT_VARIANT);
    expect(options.costs).to.deep.equal(DEFAULT_COSTS);
    expect(options.hz).to.equal(250);
    expect(options.machine).to.equal(machine);
  });

  it('is each setting of the config', () => {
    const rfc = { version: 'V2', interleave: true, thpMarking: 'Fixed', sentinel: 'AsPosted' };
    const kernel = {
      stickyMigrationFailure: true,
      singleNodeCpusetSkip: false,
      swapSkipsMmLess: false,
      taskCounters: false,
      pidFilter: 'None',
      pseudoInterleaving: false,
    };
    const options = kernelOptions(
      resolved({ rfc, kernel: { ...kernel, hz: 1000 }, simulation: { seed: 7 } }),
      machine,
    );
    const { version, ...others } = rfc;
    expect(options.variant).to.deep.equal({ rfc: version, ...others, ...kernel });
    expect([options.hz, options.seed]).to.deep.equal([1000, 7]);
  });

  it('the interleave patch comes with V1 only, unless it is asked for', () => {
    const interleave = (rfc: Json): unknown => kernelOptions(resolved({ rfc }), machine).variant?.interleave;
    expect(['V1', 'V2', 'AllAncestors'].map((version) => interleave({ version }))).to.deep.equal([
      true,
      false,
      false,
    ]);
  });

  it('costs are the config’s', () => {
    const costs = {
      markPageNs: 1,
      hintFaultNs: 2,
      migrateBasePageNs: 3,
      migrateHugePageNs: 4,
      hintFaultContentionAt128Permille: 1005,
      hintFaultContentionMaxPermille: 1006,
      migrateBaseBandwidthMBps: 7,
      migrateHugeBandwidthMBps: 8,
    };
    expect(kernelOptions(resolved({ costs }), machine).costs).to.deep.equal({
      markPageNs: 1,
      scanStealNs: 0,
      hintFaultNs: 2,
      hintFaultContention: { at128Permille: 1005, maxPermille: 1006 },
      copyBaseMBps: 7,
      copyHugeMBps: 8,
      migratePageNs: 3,
      migrateHugePageNs: 4,
      touchNs: DEFAULT_COSTS.touchNs,
    });
  });
});

describe('what an administrator writes at run time', () => {
  it('is in files that a booted kernel has and takes', () => {
    const kernel = new Kernel(kernelOptions(resolved(), machine));
    for (const [path, text] of runtimeSettings(resolved())) {
      kernel.write(path, text);
      expect(kernel.read(path)).to.equal(`${text}\n`);
    }
  });

  it('is the mode and every tunable', () => {
    const tunables = { ...DEFAULT_TUNABLES, scanDelayMs: 5, scanSizeMb: 64 };
    expect(Object.fromEntries(runtimeSettings(resolved({ numaBalancing: 1, tunables })))).to.deep.equal({
      '/proc/sys/kernel/numa_balancing': '1',
      '/sys/kernel/debug/sched/numa_balancing/scan_delay_ms': '5',
      '/sys/kernel/debug/sched/numa_balancing/scan_period_min_ms': '1000',
      '/sys/kernel/debug/sched/numa_balancing/scan_period_max_ms': '60000',
      '/sys/kernel/debug/sched/numa_balancing/scan_size_mb': '64',
      '/sys/kernel/debug/sched/numa_balancing/hot_threshold_ms': '1000',
      '/proc/sys/kernel/numa_balancing_promote_rate_limit_MBps': '65536',
    });
  });
});
