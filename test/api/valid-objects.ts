/** Objects that must be accepted, by local validation and by a real API server alike, with the same defaults. */
import { nodeConfig, policy, process, profile, region, topology, twoNodes } from './build-object.ts';
import type { Manifest } from './build-object.ts';

/** One object that must be accepted. */
export interface ValidObject {
  readonly what: string;
  readonly object: Manifest;
}

export const validObjects: readonly ValidObject[] = [
  { what: 'a policy for all pods', object: policy() },
  {
    what: 'a policy with everything',
    object: policy({
      podSelector: {
        matchLabels: { app: 'db', 'app.kubernetes.io/part-of': 'shop', empty: '' },
        matchExpressions: [
          { key: 'tier', operator: 'In', values: ['front', 'back'] },
          { key: 'canary', operator: 'DoesNotExist' },
        ],
      },
      containers: ['app', 'side-car'],
      balancing: 'Auto',
      memoryPolicy: { mode: 'Interleave', nodes: '0-1,3', numaBalancing: true },
      priority: -5,
      statusPeriodSeconds: 5,
    }),
  },
  { what: 'Preferred with one node', object: policy({ memoryPolicy: { mode: 'Preferred', nodes: '63' } }) },
  { what: 'Local without nodes', object: policy({ memoryPolicy: { mode: 'Local' } }) },
  {
    what: 'Bind with the balancing flag',
    object: policy({ memoryPolicy: { mode: 'Bind', nodes: '0,2-3', numaBalancing: true } }),
  },
  { what: 'a config with nothing', object: nodeConfig() },
  ...['None', 'Skip', 'Complete'].map((pidFilter) => ({
    what: `the pid filter ${pidFilter}`,
    object: nodeConfig({ kernel: { pidFilter } }),
  })),
  ...[0, 1, 2, 3, 4].map((mode) => ({
    what: `the mode ${mode}`,
    object: nodeConfig({ numaBalancing: mode }),
  })),
  {
    what: 'a config with everything but a topology',
    object: nodeConfig({
      nodeSelector: { matchLabels: { pool: 'big' } },
      priority: 10,
      tunables: { scanDelayMs: 0, scanPeriodMaxMs: 4_294_967_295, scanSizeMb: 1 },
      rfc: { version: 'V2', interleave: true, thpMarking: 'Fixed', sentinel: 'AsPosted' },
      kernel: {
        hz: 1000,
        stickyMigrationFailure: true,
        taskCounters: false,
        pidFilter: 'Skip',
        pseudoInterleaving: false,
      },
      costs: {
        markPageNs: 20,
        loadedLatencyTables: [{ node: 0, points: [{ trafficPermille: 500, latencyPermille: 1200 }] }],
      },
      cgroups: { driver: 'Cgroupfs', root: '/kubelet', runtime: 'CriO', ociRuntime: 'Crun' },
      simulation: { seed: 9_007_199_254_740_991, speed: 0, pageSampling: 16 },
    }),
  },
  ...['Low', 'Default', 'High'].map((set) => ({
    what: `the set of costs ${set}, with one of them changed`,
    object: nodeConfig({ costs: { set, cxlBandwidthMBps: 20_000, remoteTrafficPermille: 1150 } }),
  })),
  ...['DramCxl', 'SkylakeSp2S', 'SapphireRapidsCxl'].map((preset) => ({
    what: `the preset ${preset}`,
    object: topology({ preset }),
  })),
  { what: 'the topology of the node itself', object: topology({ nodeResourceTopology: {} }) },
  { what: 'two nodes', object: topology(twoNodes) },
  {
    what: 'a memory-only node with latencies',
    object: topology({
      nodes: [
        { cpus: '0-15,8191', memory: 68_719_476_736 },
        { cpus: '', memory: '1.5Gi' },
      ],
      distances: [
        [10, 30],
        [30, 10],
      ],
      latencyNs: [
        [90, 250],
        [250, 90],
      ],
    }),
  },
  { what: 'a process without memory', object: process({}) },
  { what: 'a region of a few bytes', object: region({ size: 1 }) },
  { what: 'a region with an exponent', object: region({ size: '1e6' }) },
  {
    what: 'a profile with everything',
    object: profile([
      {
        name: 'app',
        cpus: '0-3,8',
        processes: [
          {
            threads: 4,
            cpuPercent: 50,
            regions: [
              {
                name: 'heap',
                size: '64Mi',
                shared: true,
                pattern: 'Zipf',
                touchesPerSecond: 0,
                writePercent: 0,
                firstTouchNode: 1,
                memoryPolicy: { mode: 'PreferredMany', nodes: '0-1', numaBalancing: true },
                hugePages: 'Advise',
              },
            ],
            phases: [{ after: '1m30s', regions: [{ name: 'heap', touchesPerSecond: 5 }] }],
          },
        ],
      },
    ]),
  },
  {
    what: 'fixed work, several times',
    object: process({
      threads: 2,
      startupSystemMs: 80,
      runs: 3,
      regions: [
        { name: 'a', size: '1Mi', cacheLinesPerTouch: 64, memoryLevelParallelism: 10 },
        { name: 'b', size: '1Mi', shared: true, cacheLinesPerTouch: 0 },
      ],
      work: [
        { region: 'a', passes: 1_000_000 },
        { region: 'b', passes: 1, part: 'Own', cacheLinesPerTouch: 4 },
      ],
    }),
  },
];
