/**
 * Objects that must be refused, and what a person reads then. Used twice: by local validation (parse-object.test.ts) and by
 * a real API server (test/cluster/crds.test.ts). Where both say the same thing in their own words, both are given.
 */
import {
  nodeConfig,
  policy,
  process,
  profile,
  region,
  simulatedNode,
  topology,
  twoNodes,
} from './build-object.ts';
import type { Manifest } from './build-object.ts';

/** One object that must be refused. */
export interface InvalidObject {
  /** What is wrong, in a few words: the test's name. */
  readonly what: string;
  readonly object: Manifest;
  /** The field that local validation and the API server name. */
  readonly path: string;
  /** Part of the message of local validation, and of the API server unless `server` is given. */
  readonly message: string;
  /** Part of the API server's own message, for what its schema says without a rule of ours. */
  readonly server?: string;
}

const required = { message: 'is required', server: 'Required value' };
const unknown = { message: 'is no field of this object', server: 'unknown field' };
const twice = { message: 'appears twice in the list', server: 'Duplicate value' };
const idList = '(0 to 63) as ids and ranges separated by commas, such as 0-3,8';
const cpuIdList = '(0 to 8191) as ids and ranges separated by commas, such as 0-3,8';
const labelKey = 'must be a label key, such as app or app.kubernetes.io/name';
const labelValue = 'must be a label value: letters, digits';
const nameRule = 'must be a name of lower-case letters, digits and "-"';
const flagRule = 'the kernel accepts the flag only with Bind, PreferredMany and Interleave (EINVAL)';
const memoryRange = 'must be at least 1 byte and at most 16Ti';
const counters = {
  numaPteUpdates: 0,
  numaHintFaults: 0,
  numaHintFaultsLocal: 0,
  numaPagesMigrated: 0,
  numaTaskMigrated: 0,
  numaTaskSwapped: 0,
};
const condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Running',
  message: '',
  lastTransitionTime: '2025-02-01T00:00:00Z',
};

const policies: readonly InvalidObject[] = [
  {
    what: 'no pod selector',
    object: policy({ podSelector: undefined }),
    path: 'spec.podSelector',
    ...required,
  },
  { what: 'a misspelt field', object: policy({ balancng: 'Enabled' }), path: 'spec.balancng', ...unknown },
  {
    what: 'a misspelt field of the selector',
    object: policy({ podSelector: { matchLabel: { app: 'a' } } }),
    path: 'spec.podSelector.matchLabel',
    ...unknown,
  },
  {
    what: 'an unknown word for balancing',
    object: policy({ balancing: 'On' }),
    path: 'spec.balancing',
    message: 'must be one of Enabled, Disabled, Auto, is "On"',
    server: 'Unsupported value: "On": supported values: "Enabled", "Disabled", "Auto"',
  },
  {
    what: 'a word in the wrong case',
    object: policy({ balancing: 'enabled' }),
    path: 'spec.balancing',
    message: 'must be one of Enabled, Disabled, Auto, is "enabled"',
    server: 'Unsupported value: "enabled"',
  },
  {
    what: 'a status period that is too short',
    object: policy({ statusPeriodSeconds: 1 }),
    path: 'spec.statusPeriodSeconds',
    message: 'must be at least 5, is 1',
    server: 'should be greater than or equal to 5',
  },
  {
    what: 'a status period that is too long',
    object: policy({ statusPeriodSeconds: 86_400 }),
    path: 'spec.statusPeriodSeconds',
    message: 'must be at most 3600, is 86400',
    server: 'should be less than or equal to 3600',
  },
  {
    what: 'a priority as text',
    object: policy({ priority: 'high' }),
    path: 'spec.priority',
    message: 'must be a whole number, is "high"',
    server: 'must be of type integer: "string"',
  },
  {
    what: 'a priority with a fraction',
    object: policy({ priority: 1.5 }),
    path: 'spec.priority',
    message: 'must be a whole number, is 1.5',
    server: 'must be of type int32: "float64"',
  },
  {
    what: 'an empty list of containers',
    object: policy({ containers: [] }),
    path: 'spec.containers',
    message: 'must not be empty',
    server: 'should have at least 1 items',
  },
  {
    what: 'a container named twice',
    object: policy({ containers: ['app', 'app'] }),
    path: 'spec.containers[1]',
    ...twice,
  },
  {
    what: 'a container name that no container can have',
    object: policy({ containers: ['My_App'] }),
    path: 'spec.containers[0]',
    message: nameRule,
  },
  {
    what: 'an operator In without values',
    object: policy({ podSelector: { matchExpressions: [{ key: 'app', operator: 'In' }] } }),
    path: 'spec.podSelector.matchExpressions[0].values',
    message: 'values must name at least one value with operator In or NotIn',
  },
  {
    what: 'an operator Exists with values',
    object: policy({
      podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists', values: ['a'] }] },
    }),
    path: 'spec.podSelector.matchExpressions[0].values',
    message: 'values must not be given with operator Exists or DoesNotExist',
  },
  {
    what: 'an unknown operator',
    object: policy({
      podSelector: { matchExpressions: [{ key: 'app', operator: 'Equals', values: ['a'] }] },
    }),
    path: 'spec.podSelector.matchExpressions[0].operator',
    message: 'must be one of In, NotIn, Exists, DoesNotExist, is "Equals"',
    server: 'Unsupported value: "Equals"',
  },
  {
    what: 'a requirement on a key that no label can have',
    object: policy({ podSelector: { matchExpressions: [{ key: '-app', operator: 'Exists' }] } }),
    path: 'spec.podSelector.matchExpressions[0].key',
    message: labelKey,
  },
  {
    what: 'a label key that no label can have',
    object: policy({ podSelector: { matchLabels: { 'my app': 'a' } } }),
    path: 'spec.podSelector.matchLabels',
    message: labelKey,
  },
  {
    what: 'a label value that no label can have',
    object: policy({ podSelector: { matchLabels: { app: 'a b' } } }),
    path: 'spec.podSelector.matchLabels.app',
    message: labelValue,
  },
  {
    what: 'a memory policy without a mode',
    object: policy({ memoryPolicy: { nodes: '0' } }),
    path: 'spec.memoryPolicy.mode',
    ...required,
  },
  {
    what: 'an unknown memory policy',
    object: policy({ memoryPolicy: { mode: 'Striped', nodes: '0' } }),
    path: 'spec.memoryPolicy.mode',
    message:
      'must be one of Default, Local, Preferred, PreferredMany, Bind, Interleave, WeightedInterleave, is "Striped"',
    server: 'Unsupported value: "Striped"',
  },
  {
    what: 'Bind without nodes',
    object: policy({ memoryPolicy: { mode: 'Bind' } }),
    path: 'spec.memoryPolicy.nodes',
    message: 'nodes is required by every mode but Default and Local',
  },
  {
    what: 'Local with nodes',
    object: policy({ memoryPolicy: { mode: 'Local', nodes: '0' } }),
    path: 'spec.memoryPolicy.nodes',
    message: 'nodes must not be given with mode Default or Local',
  },
  {
    what: 'Preferred with two nodes',
    object: policy({ memoryPolicy: { mode: 'Preferred', nodes: '0-1' } }),
    path: 'spec.memoryPolicy.nodes',
    message: 'nodes must be exactly one node with mode Preferred; PreferredMany takes several',
  },
  {
    what: 'the balancing flag with Preferred',
    object: policy({ memoryPolicy: { mode: 'Preferred', nodes: '0', numaBalancing: true } }),
    path: 'spec.memoryPolicy.numaBalancing',
    message: flagRule,
  },
  {
    what: 'the balancing flag with WeightedInterleave',
    object: policy({ memoryPolicy: { mode: 'WeightedInterleave', nodes: '0-1', numaBalancing: true } }),
    path: 'spec.memoryPolicy.numaBalancing',
    message: flagRule,
  },
  {
    what: 'a node list in words',
    object: policy({ memoryPolicy: { mode: 'Bind', nodes: 'all' } }),
    path: 'spec.memoryPolicy.nodes',
    message: idList,
  },
  {
    what: 'a node that cannot exist',
    object: policy({ memoryPolicy: { mode: 'Bind', nodes: '0,64' } }),
    path: 'spec.memoryPolicy.nodes',
    message: idList,
  },
  {
    what: 'a node range that descends',
    object: policy({ memoryPolicy: { mode: 'Interleave', nodes: '3-1' } }),
    path: 'spec.memoryPolicy.nodes',
    message: 'must have ranges that ascend, such as 0-3',
  },
  {
    what: 'a node list as a number',
    object: policy({ memoryPolicy: { mode: 'Bind', nodes: 0 } }),
    path: 'spec.memoryPolicy.nodes',
    message: 'must be text, is 0',
    server: 'must be of type string: "integer"',
  },
];

const nodeConfigs: readonly InvalidObject[] = [
  ...[5, 6, 7].map((mode) => ({
    what: `the mode ${mode}`,
    object: nodeConfig({ numaBalancing: mode }),
    path: 'spec.numaBalancing',
    message: 'must be 0 to 4: the kernel rejects 5, 6 and 7 with EINVAL',
  })),
  {
    what: 'a mode that is no bit mask of three bits',
    object: nodeConfig({ numaBalancing: 8 }),
    path: 'spec.numaBalancing',
    message: 'must be at most 7, is 8',
    server: 'should be less than or equal to 7',
  },
  {
    what: 'a negative mode',
    object: nodeConfig({ numaBalancing: -1 }),
    path: 'spec.numaBalancing',
    message: 'must be at least 0, is -1',
    server: 'should be greater than or equal to 0',
  },
  {
    what: 'a scan size of 0',
    object: nodeConfig({ tunables: { scanSizeMb: 0 } }),
    path: 'spec.tunables.scanSizeMb',
    message: 'must be at least 1, is 0',
    server: 'should be greater than or equal to 1',
  },
  {
    what: 'a scan delay beyond 32 bits',
    object: nodeConfig({ tunables: { scanDelayMs: 4_294_967_296 } }),
    path: 'spec.tunables.scanDelayMs',
    message: 'must be at most 4294967295, is 4294967296',
    server: 'should be less than or equal to 4294967295',
  },
  {
    what: 'an unknown variant of the proposal',
    object: nodeConfig({ rfc: { version: 'V3' } }),
    path: 'spec.rfc.version',
    message: 'must be one of V1, V2, AllAncestors, is "V3"',
    server: 'Unsupported value: "V3"',
  },
  {
    what: 'a tick rate that Linux is not built with',
    object: nodeConfig({ kernel: { hz: 60 } }),
    path: 'spec.kernel.hz',
    message: 'must be one of 100, 250, 300, 1000, is 60',
    server: 'Unsupported value: 60: supported values: "100", "250", "300", "1000"',
  },
  {
    what: 'an unknown pid filter',
    object: nodeConfig({ kernel: { pidFilter: 'Off' } }),
    path: 'spec.kernel.pidFilter',
    message: 'must be one of None, Skip, Complete, is "Off"',
    server: 'Unsupported value: "Off"',
  },
  {
    what: 'a switch as text',
    object: nodeConfig({ kernel: { taskCounters: 'yes' } }),
    path: 'spec.kernel.taskCounters',
    message: 'must be true or false, is "yes"',
    server: 'must be of type boolean: "string"',
  },
  {
    what: 'an empty topology',
    object: topology({}),
    path: 'spec.topology',
    message: 'must have exactly one of preset, nodes (with distances) and nodeResourceTopology',
  },
  {
    what: 'a preset beside nodes',
    object: topology({ preset: 'TwoSocket', ...twoNodes }),
    path: 'spec.topology',
    message: 'must have exactly one of preset, nodes (with distances) and nodeResourceTopology',
  },
  {
    what: 'an unknown preset',
    object: topology({ preset: 'EightSocket' }),
    path: 'spec.topology.preset',
    message: 'must be one of SingleNode, TwoSocket',
    server: 'Unsupported value: "EightSocket"',
  },
  {
    what: 'nodes without distances',
    object: topology({ nodes: twoNodes.nodes }),
    path: 'spec.topology.distances',
    message: 'distances is required with nodes, and only then',
  },
  {
    what: 'latencies without nodes',
    object: topology({ preset: 'TwoSocket', latencyNs: [[100]] }),
    path: 'spec.topology.latencyNs',
    message: 'latencyNs must be given with nodes only',
  },
  {
    what: 'a distance table with a row too few',
    object: topology({ ...twoNodes, distances: [[10, 21]] }),
    path: 'spec.topology.distances',
    message: 'distances must have one row per node, each with one number per node',
  },
  {
    what: 'a distance table with a short row',
    object: topology({ ...twoNodes, distances: [[10, 21], [21]] }),
    path: 'spec.topology.distances',
    message: 'distances must have one row per node, each with one number per node',
  },
  {
    what: 'a latency table that is not square',
    object: topology({ ...twoNodes, latencyNs: [[100, 160]] }),
    path: 'spec.topology.latencyNs',
    message: 'latencyNs must have one row per node, each with one number per node',
  },
  {
    what: 'a distance below 10',
    object: topology({
      ...twoNodes,
      distances: [
        [10, 9],
        [21, 10],
      ],
    }),
    path: 'spec.topology.distances[0][1]',
    message: 'must be at least 10, is 9',
    server: 'should be greater than or equal to 10',
  },
  {
    what: 'a diagonal that is not local',
    object: topology({
      ...twoNodes,
      distances: [
        [10, 21],
        [21, 11],
      ],
    }),
    path: 'spec.topology.distances',
    message: 'distances must have 10 (local) on the diagonal',
  },
  {
    what: 'a remote node at local distance',
    object: topology({
      ...twoNodes,
      distances: [
        [10, 10],
        [21, 10],
      ],
    }),
    path: 'spec.topology.distances',
    message: 'distances must be 11 to 255 off the diagonal: 10 means local',
  },
  {
    what: 'a machine without CPUs',
    object: topology({ nodes: [{ cpus: '', memory: '8Gi' }], distances: [[10]] }),
    path: 'spec.topology.nodes',
    message: 'nodes must have at least one node with CPUs',
  },
  {
    what: 'CPUs that are no list',
    object: topology({ nodes: [{ cpus: '0..3', memory: '8Gi' }], distances: [[10]] }),
    path: 'spec.topology.nodes[0].cpus',
    message: cpuIdList,
  },
  {
    what: 'memory that is no quantity',
    object: topology({ nodes: [{ cpus: '0-3', memory: '8 GB' }], distances: [[10]] }),
    path: 'spec.topology.nodes[0].memory',
    message: 'must be an amount of memory such as 64Mi or 2Gi',
  },
  {
    what: 'a suffix without a number',
    object: topology({ nodes: [{ cpus: '0-3', memory: 'Gi' }], distances: [[10]] }),
    path: 'spec.topology.nodes[0].memory',
    message: 'must be an amount of memory such as 64Mi or 2Gi',
  },
  {
    what: 'more memory than is simulated',
    object: topology({ nodes: [{ cpus: '0-3', memory: '17Ti' }], distances: [[10]] }),
    path: 'spec.topology.nodes[0].memory',
    message: 'must be at least 0 and at most 16Ti',
  },
  {
    what: 'a ratio below 1',
    object: nodeConfig({ costs: { remoteLatencyPermille: 900 } }),
    path: 'spec.costs.remoteLatencyPermille',
    message: 'must be at least 1000, is 900',
    server: 'should be greater than or equal to 1000',
  },
  {
    what: 'a relative cgroup root',
    object: nodeConfig({ cgroups: { root: 'kubelet' } }),
    path: 'spec.cgroups.root',
    message: 'must be an absolute path such as /kubelet',
  },
  {
    what: 'a speed with a fraction',
    object: nodeConfig({ simulation: { speed: 0.5 } }),
    path: 'spec.simulation.speed',
    message: 'must be a whole number, is 0.5',
    server: 'must be of type int32: "float64"',
  },
  {
    what: 'a speed that no machine reaches',
    object: nodeConfig({ simulation: { speed: 5000 } }),
    path: 'spec.simulation.speed',
    message: 'must be at most 1000, is 5000',
    server: 'should be less than or equal to 1000',
  },
  {
    what: 'a negative seed',
    object: nodeConfig({ simulation: { seed: -1 } }),
    path: 'spec.simulation.seed',
    message: 'must be at least 0, is -1',
    server: 'should be greater than or equal to 0',
  },
];

const profiles: readonly InvalidObject[] = [
  {
    what: 'no container',
    object: profile([]),
    path: 'spec.containers',
    message: 'must not be empty',
    server: 'should have at least 1 items',
  },
  {
    what: 'a container named twice',
    object: profile([
      { name: 'app', processes: [{}] },
      { name: 'app', processes: [{}] },
    ]),
    path: 'spec.containers[1]',
    ...twice,
  },
  {
    what: 'a container without processes',
    object: profile([{ name: 'app' }]),
    path: 'spec.containers[0].processes',
    ...required,
  },
  {
    what: 'a region named twice',
    object: process({
      regions: [
        { name: 'heap', size: '1Mi' },
        { name: 'heap', size: '2Mi' },
      ],
    }),
    path: 'spec.containers[0].processes[0].regions[1]',
    ...twice,
  },
  {
    what: 'a region without a size',
    object: process({ regions: [{ name: 'heap' }] }),
    path: 'spec.containers[0].processes[0].regions[0].size',
    ...required,
  },
  {
    what: 'a size of 0',
    object: region({ size: '0' }),
    path: 'spec.containers[0].processes[0].regions[0].size',
    message: memoryRange,
  },
  {
    what: 'a negative size',
    object: region({ size: '-64Mi' }),
    path: 'spec.containers[0].processes[0].regions[0].size',
    message: memoryRange,
  },
  {
    what: 'a size with a unit that Kubernetes does not know',
    object: region({ size: '64MB' }),
    path: 'spec.containers[0].processes[0].regions[0].size',
    message: 'must be an amount of memory such as 64Mi or 2Gi',
  },
  {
    what: 'a size that is no amount at all',
    object: region({ size: true }),
    path: 'spec.containers[0].processes[0].regions[0].size',
    message: 'must be text or a whole number that is not negative, is true',
    server: 'must be of type integer,string: "boolean"',
  },
  {
    what: 'an unknown pattern',
    object: region({ pattern: 'Random' }),
    path: 'spec.containers[0].processes[0].regions[0].pattern',
    message: 'must be one of Uniform, Sequential, Strided, Zipf, is "Random"',
    server: 'Unsupported value: "Random"',
  },
  {
    what: 'more than every touch writing',
    object: region({ writePercent: 101 }),
    path: 'spec.containers[0].processes[0].regions[0].writePercent',
    message: 'must be at most 100, is 101',
    server: 'should be less than or equal to 100',
  },
  {
    what: 'a first-touch node that cannot exist',
    object: region({ firstTouchNode: 64 }),
    path: 'spec.containers[0].processes[0].regions[0].firstTouchNode',
    message: 'must be at most 63, is 64',
    server: 'should be less than or equal to 63',
  },
  {
    what: 'a region bound to no node',
    object: region({ memoryPolicy: { mode: 'Bind' } }),
    path: 'spec.containers[0].processes[0].regions[0].memoryPolicy.nodes',
    message: 'nodes is required by every mode but Default and Local',
  },
  {
    what: 'no thread',
    object: process({ threads: 0 }),
    path: 'spec.containers[0].processes[0].threads',
    message: 'must be at least 1, is 0',
    server: 'should be greater than or equal to 1',
  },
  {
    what: 'a thread that wants more than a CPU',
    object: process({ cpuPercent: 150 }),
    path: 'spec.containers[0].processes[0].cpuPercent',
    message: 'must be at most 100, is 150',
    server: 'should be less than or equal to 100',
  },
  {
    what: 'CPUs that are no list',
    object: profile([{ name: 'app', cpus: '0-', processes: [{}] }]),
    path: 'spec.containers[0].cpus',
    message: cpuIdList,
  },
  {
    what: 'CPUs that cannot exist',
    object: profile([{ name: 'app', cpus: '0-8192', processes: [{}] }]),
    path: 'spec.containers[0].cpus',
    message: cpuIdList,
  },
  {
    what: 'a CPU range that descends',
    object: profile([{ name: 'app', cpus: '8-11,3-0', processes: [{}] }]),
    path: 'spec.containers[0].cpus',
    message: 'must have ranges that ascend, such as 0-3',
  },
  {
    what: 'a phase about a region that is not there',
    object: process({
      regions: [{ name: 'heap', size: '1Mi' }],
      phases: [{ after: '30s', regions: [{ name: 'stack', touchesPerSecond: 1 }] }],
    }),
    path: 'spec.containers[0].processes[0].phases',
    message: 'phases must name regions of the same process',
  },
  {
    what: 'a phase at no time',
    object: process({
      regions: [{ name: 'heap', size: '1Mi' }],
      phases: [{ after: '30 seconds', regions: [{ name: 'heap', touchesPerSecond: 1 }] }],
    }),
    path: 'spec.containers[0].processes[0].phases[0].after',
    message: 'must be a duration such as 500ms, 30s or 1m30s',
  },
  {
    what: 'work on a region that is not there',
    object: process({
      regions: [{ name: 'heap', size: '1Mi' }],
      work: [{ region: 'stack', passes: 1 }],
    }),
    path: 'spec.containers[0].processes[0].work',
    message: 'work must name regions of the same process, with touchesPerSecond above 0',
  },
  {
    what: 'work that never gets done',
    object: process({
      regions: [{ name: 'heap', size: '1Mi', touchesPerSecond: 0 }],
      work: [{ region: 'heap', passes: 1 }],
    }),
    path: 'spec.containers[0].processes[0].work',
    message: 'work must name regions of the same process, with touchesPerSecond above 0',
  },
  {
    what: 'work without a pass',
    object: process({
      regions: [{ name: 'heap', size: '1Mi' }],
      work: [{ region: 'heap', passes: 0 }],
    }),
    path: 'spec.containers[0].processes[0].work[0].passes',
    message: 'must be at least 1, is 0',
    server: 'should be greater than or equal to 1',
  },
  {
    what: 'phases of fixed work',
    object: process({
      regions: [{ name: 'heap', size: '1Mi' }],
      work: [{ region: 'heap', passes: 1 }],
      phases: [{ after: '30s', regions: [{ name: 'heap', touchesPerSecond: 1 }] }],
    }),
    path: 'spec.containers[0].processes[0].phases',
    message: 'must not be given with work, which has no course of time',
  },
  {
    what: 'several runs of a process that never ends',
    object: process({ regions: [{ name: 'heap', size: '1Mi' }], runs: 2 }),
    path: 'spec.containers[0].processes[0].runs',
    message: 'must be 1 without work, as the process never ends',
  },
  {
    what: 'a touch of more cache lines than a page has',
    object: region({ cacheLinesPerTouch: 65 }),
    path: 'spec.containers[0].processes[0].regions[0].cacheLinesPerTouch',
    message: 'must be at most 64, is 65',
    server: 'should be less than or equal to 64',
  },
  {
    what: 'less than one access at once',
    object: region({ memoryLevelParallelism: 0 }),
    path: 'spec.containers[0].processes[0].regions[0].memoryLevelParallelism',
    message: 'must be at least 1, is 0',
    server: 'should be greater than or equal to 1',
  },
];

const simulatedNodes: readonly InvalidObject[] = [
  {
    what: 'a spec, which this kind does not have',
    object: { ...simulatedNode({}), spec: {} },
    path: 'spec',
    ...unknown,
  },
  {
    what: 'a negative counter',
    object: simulatedNode({ vmstat: { numa_pte_updates: -1 } }),
    path: 'status.vmstat.numa_pte_updates',
    message: 'must be at least 0, is -1',
    server: 'should be greater than or equal to 0',
  },
  {
    what: 'a condition that is neither true nor false',
    object: simulatedNode({ conditions: [{ ...condition, status: 'Maybe' }] }),
    path: 'status.conditions[0].status',
    message: 'must be one of True, False, Unknown, is "Maybe"',
    server: 'Unsupported value: "Maybe"',
  },
  {
    what: 'a condition stated twice',
    object: simulatedNode({ conditions: [condition, condition] }),
    path: 'status.conditions[1]',
    ...twice,
  },
  {
    what: 'a condition without a time',
    object: simulatedNode({ conditions: [{ ...condition, lastTransitionTime: undefined }] }),
    path: 'status.conditions[0].lastTransitionTime',
    ...required,
  },
  {
    what: 'a time that is none',
    object: simulatedNode({ lastSampleTime: 'yesterday' }),
    path: 'status.lastSampleTime',
    message: 'must be a time such as 2025-02-01T12:00:00Z, is "yesterday"',
    server: 'must be of type date-time: "yesterday"',
  },
  {
    what: 'a cgroup without its counters',
    object: simulatedNode({
      cgroups: [
        {
          namespace: 'default',
          pod: 'p',
          podUid: 'u',
          container: 'app',
          path: '/p/app',
          numaLoadBalance: 1,
          tasks: 1,
          counters: { ...counters, numaPteUpdates: undefined },
          pagesPerNode: [0, 0],
          localPages: 0,
          remotePages: 0,
        },
      ],
    }),
    path: 'status.cgroups[0].counters.numaPteUpdates',
    ...required,
  },
];

/** All of them. */
export const invalidObjects: readonly InvalidObject[] = [
  ...policies,
  ...nodeConfigs,
  ...profiles,
  ...simulatedNodes,
];
