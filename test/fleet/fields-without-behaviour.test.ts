/** The rows of src/api/not-implemented.ts, and the fields that have none, held against simulations. */
import { expect } from 'chai';

import { fieldsWithoutBehaviour } from '../../src/api/not-implemented.ts';
import type { ClusterObjects } from '../../src/fleet/cluster-objects.ts';
import { NodeSimulation } from '../../src/fleet/node-simulation.ts';
import { busyProcess, desired, testConfig, testPod, testPolicy, testProfile } from './builders.ts';

type Json = Readonly<Record<string, unknown>>;

interface Case {
  readonly config?: Json;
  readonly policy?: Json;
  readonly process?: Json;
  readonly region?: Json;
}

/** The objects of a case: one pod on node 1, its memory on node 0, balanced from the start. */
function objects({ config = {}, policy = {}, process = {}, region = {} }: Case): Partial<ClusterObjects> {
  const tunables = { scanDelayMs: 50, scanPeriodMinMs: 50, ...(config.tunables as Json | undefined) };
  const regions = { firstTouchNode: 0, ...region };
  return {
    pods: [testPod('web')],
    nodeConfigs: [testConfig('c', { ...config, tunables })],
    policies: [testPolicy('on', policy)],
    profiles: [
      testProfile('p', [busyProcess({ threads: 2, ...process }, regions)], { container: { cpus: '2-3' } }),
    ],
  };
}

/** What a user can see of 1.5 simulated seconds. */
function seen(of: Case): unknown {
  const node = new NodeSimulation(desired(objects(of)));
  node.advance(1_500_000_000);
  const { kernel, containers } = node.sample({ digest: false });
  return { vmstat: kernel?.vmstat, nodes: kernel?.nodes, containers };
}

function named(of: Case): readonly string[] {
  const { nodeConfigs = [], policies = [], profiles = [] } = objects(of);
  return [...nodeConfigs, ...policies, ...profiles].flatMap((object) =>
    fieldsWithoutBehaviour(object).map(({ path }) => path),
  );
}

const twoNodes = {
  nodes: ['0-1', '2-3'].map((cpus) => ({ cpus, memory: '512Mi' })),
  distances: [
    [10, 21],
    [21, 10],
  ],
};
const latencyNs = [
  [1, 5],
  [5, 1],
];
/** Rates and lines at which memory is what a thread mostly waits for; it stays where it is. */
const wide = { touchesPerSecond: 100_000, cacheLinesPerTouch: 64, memoryLevelParallelism: 64, size: '4Mi' };
const still = { numaBalancing: 0 };
const cost = (name: string, value: unknown, of: Case = {}): readonly [string, Case, Case] => [
  `costs.${name}`,
  { config: { ...still, ...of.config, costs: { [name]: value } }, region: { ...wide, ...of.region } },
  { config: { ...still, ...of.config }, region: { ...wide, ...of.region } },
];
const subNuma = { config: { topology: { preset: 'SubNumaCluster' } }, region: { firstTouchNode: 3 } };
const cxl = { config: { topology: { preset: 'DramCxl' } }, region: { firstTouchNode: 2 } };
const ring = {
  config: {
    topology: {
      nodes: ['0', '1', '2', '3'].map((cpus) => ({ cpus, memory: '256Mi' })),
      distances: [
        [10, 20, 30, 20],
        [20, 10, 20, 30],
        [30, 20, 10, 20],
        [20, 30, 20, 10],
      ],
    },
  },
};
const saturated = { config: { ...still, costs: { nodeBandwidthMBps: 100 } }, region: wide };
const loaded = { loadedLatencyLinearPermille: 100_000 };
const work = [{ region: 'heap', passes: 20 }];
const interleaved = { memoryPolicy: { mode: 'Interleave', nodes: '0-1', numaBalancing: true } };
const slow = { touchesPerSecond: 500 };
const rare = { touchesPerSecond: 1 };
const fixed = { rfc: { thpMarking: 'Fixed' } };
const huge = { hugePages: 'Always' };
const dear = { hintFaultNs: 300_000 };
const contended = { ...dear, hintFaultContentionAt128Permille: 1_000_000 };
const phase = (after: string, rate: Json): Json => ({ after, regions: [{ name: 'heap', ...rate }] });

/** Field → a case that sets it, and the same case without it. */
const withoutBehaviour: readonly (readonly [string, Case, Case?])[] = [
  ['spec.balancing', { policy: { balancing: 'Auto' } }, { policy: { balancing: 'Disabled' } }],
  ['spec.kernel.swapSkipsMmLess', { config: { kernel: { swapSkipsMmLess: false } } }],
  ['spec.topology.nodeResourceTopology', { config: { topology: { nodeResourceTopology: {} } } }],
  ['spec.simulation.pageSampling', { config: { simulation: { pageSampling: 16 } } }],
];

/** Field → a case in which it can be seen, and the same case without it. */
const withBehaviour: readonly (readonly [string, Case, Case?])[] = [
  ['numaBalancing', { config: { numaBalancing: 0 } }],
  ['rfc.version', { config: { rfc: { version: 'V2' } }, policy: interleaved }, { policy: interleaved }],
  ['rfc.sentinel', { config: { rfc: { sentinel: 'AsPosted' } } }],
  ['kernel.taskCounters', { config: { kernel: { taskCounters: false } } }],
  ['kernel.pidFilter', { config: { kernel: { pidFilter: 'Skip' } }, region: rare }, { region: rare }],
  ['kernel.hz', { config: { kernel: { hz: 100 } }, region: slow }, { region: slow }],
  ['tunables.scanSizeMb', { config: { tunables: { scanSizeMb: 1 } } }],
  ['tunables.scanDelayMs', { config: { tunables: { scanDelayMs: 1000 } } }],
  ['tunables.scanPeriodMinMs', { config: { tunables: { scanPeriodMinMs: 500 } } }],
  ['costs.markPageNs', { config: { costs: { markPageNs: 100_000 } } }],
  ['costs.hintFaultNs', { config: { costs: { hintFaultNs: 1_000_000 } } }],
  [
    'costs.migrateHugePageNs',
    { config: { ...fixed, costs: { migrateHugePageNs: 900_000_000 } }, region: huge },
    { config: fixed, region: huge },
  ],
  ['rfc.thpMarking', { config: fixed, region: huge }, { region: huge }],
  ['hugePages Always', { region: huge }],
  ['hugePages Advise', { region: { hugePages: 'Advise' } }],
  ['phases', { process: { phases: [phase('300ms', { touchesPerSecond: 0 })] } }],
  ['costs.hintFaultContentionAt128Permille', { config: { costs: contended } }, { config: { costs: dear } }],
  [
    'costs.hintFaultContentionMaxPermille',
    { config: { costs: { ...contended, hintFaultContentionMaxPermille: 1000 } } },
    { config: { costs: contended } },
  ],
  ['costs.migrateBaseBandwidthMBps', { config: { costs: { migrateBaseBandwidthMBps: 1 } } }],
  [
    'costs.migrateHugeBandwidthMBps',
    { config: { ...fixed, costs: { migrateHugeBandwidthMBps: 1 } }, region: huge },
    { config: fixed, region: huge },
  ],
  ['costs.migrateBasePageNs', { config: { costs: { migrateBasePageNs: 1_000_000 } } }],
  [
    'topology.latencyNs',
    { config: { ...still, topology: { ...twoNodes, latencyNs } }, region: wide },
    { config: { ...still, topology: twoNodes }, region: wide },
  ],
  ['costs.set', { config: { costs: { set: 'High' } } }],
  cost('localLatencyNs', 50),
  cost('remoteLatencyPermille', 9000),
  cost('subNumaLatencyPermille', 9000, subNuma),
  cost('twoHopLatencyPermille', 9000, ring),
  cost('cxlLatencyPermille', 9000, cxl),
  cost('nodeBandwidthMBps', 100),
  cost('cxlBandwidthMBps', 100, cxl),
  cost('linkBandwidthPermille', 1),
  cost('remoteTrafficPermille', 20_000),
  cost('loadedLatencyLinearPermille', 100_000),
  cost('loadedLatencyQueuePermille', 100_000),
  [
    'costs.loadedLatencyMaxPermille',
    { config: { ...still, costs: { ...loaded, loadedLatencyMaxPermille: 1000 } }, region: wide },
    { config: { ...still, costs: loaded }, region: wide },
  ],
  cost('loadedLatencyTables', [{ node: 0, points: [{ trafficPermille: 1, latencyPermille: 9000 }] }]),
  ['cacheLinesPerTouch', { config: still, region: { cacheLinesPerTouch: 32 } }, { config: still }],
  [
    'memoryLevelParallelism',
    { config: still, region: { ...wide, memoryLevelParallelism: 10 } },
    { config: still, region: wide },
  ],
  ['writePercent', { ...saturated, region: { ...wide, writePercent: 0 } }, saturated],
  ['work', { process: { work } }],
  ['runs', { process: { work, runs: 2 } }, { process: { work } }],
  ['startupSystemMs', { process: { startupSystemMs: 100 } }],
  ['simulation.seed', { config: { simulation: { seed: 1 } }, region: slow }, { region: slow }],
  ['topology', { config: { topology: { preset: 'FourSocket' } } }],
  ['balancing', { policy: { balancing: 'Disabled' } }],
  ['pattern Sequential', { region: { ...slow, pattern: 'Sequential' } }, { region: slow }],
  ['pattern Strided', { region: { pattern: 'Strided' } }],
  ['pattern Zipf', { region: { pattern: 'Zipf' } }],
  ['touchesPerSecond', { region: { touchesPerSecond: 10 } }],
  ['firstTouchNode', { region: { firstTouchNode: 1 } }],
  ['shared', { region: { shared: false } }],
  ['size', { region: { size: '2Mi' } }],
  ['threads', { process: { threads: 3 } }],
  ['cpuPercent', { process: { cpuPercent: 10 } }],
  ...['Preferred', 'PreferredMany', 'Bind', 'Interleave', 'WeightedInterleave'].map(
    (mode): readonly [string, Case] => [
      `memoryPolicy.mode ${mode}`,
      { policy: { memoryPolicy: { mode, nodes: mode === 'Preferred' ? '1' : '0-1' } } },
    ],
  ),
  [
    'memoryPolicy.numaBalancing',
    { policy: { memoryPolicy: { mode: 'Bind', nodes: '0-1', numaBalancing: true } } },
    { policy: { memoryPolicy: { mode: 'Bind', nodes: '0-1' } } },
  ],
];

describe('a field that is said to do nothing', () => {
  for (const [path, set, unset = {}] of withoutBehaviour) {
    it(`${path} is named, and does nothing`, () => {
      expect(named(set)).to.deep.equal([path]);
      expect(seen(set)).to.deep.equal(seen(unset));
    });
  }

  it('mode 2 marks nothing', () => {
    const node = new NodeSimulation(desired(objects({ config: { numaBalancing: 2 } })));
    node.advance(1_500_000_000);
    expect(node.sample({ digest: false }).kernel?.vmstat.numa_pte_updates).to.equal(0);
  });
});

describe('a field that is not', () => {
  for (const [path, set, unset = {}] of withBehaviour) {
    it(`${path} makes a difference`, () => {
      expect(named(set)).to.deep.equal([]);
      expect(seen(set)).not.to.deep.equal(seen(unset));
    });
  }
});
