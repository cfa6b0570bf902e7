import { expect } from 'chai';
import fc from 'fast-check';

import type { ClusterObjects } from '../../src/fleet/cluster-objects.ts';
import type { ContainerSample, NodeSample } from '../../src/fleet/node-sample.ts';
import { NodeSimulation } from '../../src/fleet/node-simulation.ts';
import { busyProcess, desired, testConfig, testNode, testPod, testPolicy, testProfile } from './builders.ts';

const second = 1_000_000_000;

type Parts = Partial<ClusterObjects>;

/** Scans begin soon, so that short runs show them. */
const eager = { scanDelayMs: 50, scanPeriodMinMs: 50 };
const eagerConfig = testConfig('eager', { tunables: eager });

/** All pods have 4 MiB on node 1 and run on node 0. */
const remote = testProfile('remote', [busyProcess({}, { firstTouchNode: 1 })], {
  container: { cpus: '0-1' },
});

function simulation(parts: Parts = {}): NodeSimulation {
  return new NodeSimulation(desired(parts));
}

function sample(of: NodeSimulation): NodeSample {
  return of.sample({ digest: true });
}

function container(of: NodeSimulation, pod: string, name = 'main0'): ContainerSample {
  const found = sample(of).containers.find((each) => each.pod === pod && each.container === name);
  if (!found) throw new Error(`${pod} has no container ${name}`);
  return found;
}

function pods(of: NodeSimulation): readonly string[] {
  return sample(of).containers.map(({ pod, container: name }) => `${pod}/${name}`);
}

/** A file of a cgroup of the simulated kernel, without the line's end. */
function file(of: NodeSimulation, path: string): string | undefined {
  return of.read(`/sys/fs/cgroup${path}`)?.trim();
}

describe('pods come and go', () => {
  it('a pod that starts has a cgroup, tasks and memory', () => {
    const node = simulation({ pods: [testPod('web')], profiles: [remote] });
    const { path, tasks, pagesPerNode, problem } = container(node, 'web');
    expect(path).to.match(/^\/kubepods\.slice\/.*\.scope$/u);
    expect([tasks, pagesPerNode, problem]).to.deep.equal([1, [0, 1024], undefined]);
  });

  it('phases: nothing while Pending, tasks while Running, nothing after Succeeded', () => {
    const pending = testPod('job', { phase: 'Pending', containers: [{ state: 'waiting' }] });
    const node = simulation({ pods: [pending] });
    node.advance(second);
    expect(pods(node)).to.deep.equal([]);
    node.desire(desired({ pods: [testPod('job')] }));
    node.advance(2 * second);
    expect(pods(node)).to.deep.equal(['job/main0']);
    const ended = testPod('job', { phase: 'Succeeded', containers: [{ state: 'terminated' }] });
    node.desire(desired({ pods: [ended] }));
    node.advance(3 * second);
    expect(pods(node)).to.deep.equal([]);
  });

  it('a pod that goes frees its memory and takes its directories along', () => {
    const node = simulation({ pods: [testPod('web')] });
    const free = (): readonly number[] =>
      (sample(node).kernel?.nodes ?? []).map(({ freePages }) => freePages);
    node.advance(second);
    const { path } = container(node, 'web');
    expect(file(node, `${path}/cgroup.procs`)).not.to.equal(undefined);
    node.desire(desired());
    expect(free()).to.deep.equal((sample(node).kernel?.nodes ?? []).map(({ managedPages }) => managedPages));
    expect(file(node, `${path}/cgroup.procs`)).to.equal(undefined);
    expect(file(node, `${path.slice(0, path.lastIndexOf('/'))}/cgroup.procs`)).to.equal(undefined);
  });

  it('events of a pod that ended stay in its ancestors', () => {
    const parts: Parts = { nodeConfigs: [eagerConfig], profiles: [remote], policies: [testPolicy('on')] };
    const node = simulation({ ...parts, pods: [testPod('web')] });
    node.advance(2 * second);
    const before = container(node, 'web').counters.numaPteUpdates;
    expect(before).to.be.above(0);
    node.desire(desired(parts));
    const stat = file(node, '/kubepods.slice/kubepods-besteffort.slice/memory.stat') ?? '';
    expect(stat).to.include(`numa_pte_updates ${before}\n`);
  });

  it('a container that restarts is a new cgroup; the old one goes, its events stay in the pod', () => {
    const parts: Parts = { nodeConfigs: [eagerConfig], profiles: [remote], policies: [testPolicy('on')] };
    const node = simulation({ ...parts, pods: [testPod('web')] });
    node.advance(2 * second);
    const old = container(node, 'web');
    node.desire(desired({ ...parts, pods: [testPod('web', { containers: [{ restartCount: 1 }] })] }));
    const made = container(node, 'web');
    expect(made.path).not.to.equal(old.path);
    expect([made.counters.numaPteUpdates, made.tasks, made.numaLoadBalance]).to.deep.equal([0, 1, 1]);
    expect(file(node, `${old.path}/cgroup.procs`)).to.equal(undefined);
    const podPath = made.path.slice(0, made.path.lastIndexOf('/'));
    expect(file(node, `${podPath}/memory.stat`)).to.include(
      `numa_pte_updates ${old.counters.numaPteUpdates}\n`,
    );
  });

  it('a container in back-off has no cgroup, the pod keeps its own', () => {
    const node = simulation({ pods: [testPod('web')] });
    node.advance(second);
    const { path } = container(node, 'web');
    node.desire(desired({ pods: [testPod('web', { containers: [{ state: 'waiting' }] })] }));
    expect(pods(node)).to.deep.equal([]);
    expect(file(node, `${path.slice(0, path.lastIndexOf('/'))}/cpu.weight`)).not.to.equal(undefined);
  });

  it('an in-place resize rewrites values; the tasks go on', () => {
    const sized = (cpu: string, memory: string): Parts => {
      const limits = { cpu, memory };
      return { pods: [testPod('web', { containers: [{ requests: limits, limits }] })] };
    };
    const node = simulation(sized('1', '64Mi'));
    node.advance(second);
    const { path, pagesPerNode } = container(node, 'web');
    const values = (): readonly unknown[] => [
      file(node, `${path}/cpu.max`),
      file(node, `${path}/memory.max`),
    ];
    expect(values()).to.deep.equal(['100000 100000', String(64 * 2 ** 20)]);
    node.desire(desired(sized('2', '128Mi')));
    expect(values()).to.deep.equal(['200000 100000', String(128 * 2 ** 20)]);
    expect(container(node, 'web')).to.deep.include({ path, pagesPerNode, tasks: 1 });
  });
});

describe('the flag follows the policies', () => {
  const web = testPod('web');
  const flagOf = (node: NodeSimulation): number => container(node, 'web').numaLoadBalance;

  const changes: readonly (readonly [string, Parts])[] = [
    ['deleted', { pods: [web] }],
    ['disabled', { pods: [web], policies: [testPolicy('on', { balancing: 'Disabled' })] }],
    [
      'given another selector',
      { pods: [web], policies: [testPolicy('on', { podSelector: { matchLabels: { app: 'x' } } })] },
    ],
    [
      'beaten',
      {
        pods: [web],
        policies: [testPolicy('on'), testPolicy('off', { balancing: 'Disabled', priority: 1 })],
      },
    ],
  ];
  for (const [what, after] of changes) {
    it(`1 with a policy, 0 when it is ${what}`, () => {
      const node = simulation({ pods: [web], policies: [testPolicy('on')] });
      node.advance(second);
      expect(flagOf(node)).to.equal(1);
      node.desire(desired(after));
      expect(flagOf(node)).to.equal(0);
    });
  }

  it('of a pod that is relabelled, both ways', () => {
    const policies = [testPolicy('on', { podSelector: { matchLabels: { numa: 'yes' } } })];
    const node = simulation({ pods: [web], policies });
    node.advance(second);
    const relabelled = testPod('web', { labels: { numa: 'yes' } });
    const flags = [relabelled, web, relabelled].map((pod) => {
      node.desire(desired({ pods: [pod], policies }));
      return flagOf(node);
    });
    expect(flags).to.deep.equal([1, 0, 1]);
  });

  it('is written to the container’s cgroup alone', () => {
    const node = simulation({ pods: [web], policies: [testPolicy('on')] });
    const { path } = container(node, 'web');
    const flags = lineage(path).map((at) => file(node, `${at}/cpu.numa_load_balance`));
    expect(flags).to.deep.equal(['0', '0', '0', '0', '1']);
  });

  it('in mode 4 moves the pages of the pod that is selected, and no others', () => {
    const policies = [testPolicy('on', { podSelector: { matchLabels: { app: 'web' } } })];
    const node = simulation({
      pods: [web, testPod('other')],
      policies,
      profiles: [remote],
      nodeConfigs: [eagerConfig],
    });
    node.advance(5 * second);
    expect(container(node, 'web').pagesPerNode[0]).to.be.above(900);
    expect(container(node, 'web').counters.numaPagesMigrated).to.be.above(900);
    expect(container(node, 'other').counters.numaPteUpdates).to.equal(0);
    expect(container(node, 'other').localPages).to.equal(0);
  });

  it('switched off again, nothing more is marked', () => {
    const parts: Parts = { pods: [web], profiles: [remote], nodeConfigs: [eagerConfig] };
    const node = simulation({ ...parts, policies: [testPolicy('on')] });
    node.advance(2 * second);
    node.desire(desired(parts));
    // A scan that is under way still finishes.
    node.advance(2.1 * second);
    const marked = container(node, 'web').counters.numaPteUpdates;
    expect(marked).to.be.above(0);
    node.advance(5 * second);
    expect(container(node, 'web').counters.numaPteUpdates).to.equal(marked);
  });
});

/** The cgroup root and everything down to a path. */
function lineage(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

describe('AllAncestors', () => {
  const config = testConfig('all', { rfc: { version: 'AllAncestors' } });
  const parts: Parts = { nodeConfigs: [config], pods: [testPod('web')] };

  function flags(node: NodeSimulation, path: string): readonly unknown[] {
    return lineage(path).map((at) => file(node, `${at}/cpu.numa_load_balance`));
  }

  it('has every directory above a switched-on container written too', () => {
    const node = simulation({ ...parts, policies: [testPolicy('on')] });
    const { path } = container(node, 'web');
    expect(flags(node, path)).to.deep.equal(['1', '1', '1', '1', '1']);
    node.advance(second);
    node.desire(desired(parts));
    expect(flags(node, path)).to.deep.equal(['0', '0', '0', '0', '0']);
  });

  it('switches directories off when the last switched-on container below is gone', () => {
    const node = simulation({ ...parts, policies: [testPolicy('on')] });
    const { path } = container(node, 'web');
    node.advance(second);
    node.desire(desired({ nodeConfigs: [config], policies: [testPolicy('on')] }));
    expect(flags(node, path).slice(0, 3)).to.deep.equal(['0', '0', '0']);
  });

  it('balances', () => {
    const all = testConfig('all', { rfc: { version: 'AllAncestors' }, tunables: eager });
    const node = simulation({
      ...parts,
      nodeConfigs: [all],
      profiles: [remote],
      policies: [testPolicy('on')],
    });
    node.advance(3 * second);
    expect(container(node, 'web').counters.numaPagesMigrated).to.be.above(0);
  });
});

describe('what the kernel refuses', () => {
  const bind = (nodes: string): ClusterObjects['policies'] => [
    testPolicy('bind', { memoryPolicy: { mode: 'Bind', nodes } }),
  ];

  it('a memory policy with a node that is not there is a problem; the process runs without it', () => {
    const node = simulation({ pods: [testPod('web')], policies: bind('3') });
    const { problem, tasks } = container(node, 'web');
    expect(problem).to.match(/node 3 does not exist.*EINVAL/u);
    expect(tasks).to.equal(1);
  });

  it('Interleave with balancing, without the interleave patch', () => {
    const policies = [
      testPolicy('i', { memoryPolicy: { mode: 'Interleave', nodes: '0-1', numaBalancing: true } }),
    ];
    const V2 = testConfig('v2', { rfc: { version: 'V2' } });
    expect(container(simulation({ pods: [testPod('web')], policies }), 'web').problem).to.equal(undefined);
    expect(
      container(simulation({ pods: [testPod('web')], policies, nodeConfigs: [V2] }), 'web').problem,
    ).to.match(/EINVAL/u);
  });

  it('is no problem any more once it is taken back', () => {
    const node = simulation({ pods: [testPod('web')], policies: bind('3') });
    node.advance(second);
    node.desire(desired({ pods: [testPod('web')], policies: bind('1') }));
    expect(container(node, 'web').problem).to.equal(undefined);
    node.desire(desired({ pods: [testPod('web')], policies: bind('9') }));
    expect(container(node, 'web').problem).to.match(/node 9/u);
    node.desire(desired({ pods: [testPod('web')] }));
    expect(container(node, 'web').problem).to.equal(undefined);
  });

  it('one process’s refusal is not hidden by the next one’s success', () => {
    const refused = busyProcess({}, { memoryPolicy: { mode: 'Bind', nodes: '3' } });
    const profiles = [testProfile('p', [refused, busyProcess()])];
    const node = simulation({ pods: [testPod('web')], profiles });
    expect(container(node, 'web').problem).to.match(/node 3/u);
    expect(container(node, 'web').tasks).to.equal(2);
  });

  it('a refused policy of one region leaves the others theirs', () => {
    const region = { size: '1Mi', shared: true };
    const regions = [
      { name: 'good', ...region, memoryPolicy: { mode: 'Bind', nodes: '1' } },
      { name: 'bad', ...region, memoryPolicy: { mode: 'Bind', nodes: '3' } },
    ];
    const profiles = [testProfile('p', [{ regions }], { container: { cpus: '0' } })];
    const { pagesPerNode, problem } = container(simulation({ pods: [testPod('web')], profiles }), 'web');
    expect(pagesPerNode).to.deep.equal([256, 256]);
    expect(problem).to.match(/node 3/u);
  });

  it('memory beyond memory.max ends the process and is reported', () => {
    const limits = { memory: '2Mi' };
    const profiles = [testProfile('p', [busyProcess(), { threads: 2 }])];
    const node = simulation({ pods: [testPod('web', { containers: [{ limits }] })], profiles });
    const { tasks, problem, path, pagesPerNode } = container(node, 'web');
    expect(problem).to.match(/memory\.max is reached/u);
    expect([tasks, pagesPerNode]).to.deep.equal([2, [0, 0]]);
    expect(file(node, `${path}/memory.events`)).to.equal('oom 1\noom_kill 1');
  });

  it('a container without a profile fits into a limit that equals its request', () => {
    const limits = { cpu: '3', memory: '64Mi' };
    const node = simulation({ pods: [testPod('web', { containers: [{ requests: limits, limits }] })] });
    expect(container(node, 'web')).to.deep.include({ problem: undefined, tasks: 3 });
  });

  it('a first node that is not there: the process does not start', () => {
    const profiles = [testProfile('p', [busyProcess({}, { firstTouchNode: 5 })])];
    const { tasks, problem } = container(simulation({ pods: [testPod('web')], profiles }), 'web');
    expect(tasks).to.equal(0);
    expect(problem).to.match(/no node 5/u);
  });

  it('CPUs beyond the machine are a problem; the tasks run anywhere', () => {
    const profiles = [testProfile('p', [busyProcess()], { container: { cpus: '0-64' } })];
    const { tasks, problem } = container(simulation({ pods: [testPod('web')], profiles }), 'web');
    expect(tasks).to.equal(1);
    expect(problem).to.match(/cpuset\.cpus.*64/u);
  });
});

describe('a profile that arrives or changes while the pod runs', () => {
  it('takes effect: the processes start anew in the same cgroup, whose counters go on', () => {
    const parts: Parts = { pods: [testPod('web')], nodeConfigs: [eagerConfig], policies: [testPolicy('on')] };
    const node = simulation({ ...parts, profiles: [remote] });
    node.advance(2 * second);
    const before = container(node, 'web');
    const larger = testProfile('remote', [busyProcess({ threads: 3 }, { firstTouchNode: 1 })]);
    node.desire(desired({ ...parts, profiles: [larger] }));
    const after = container(node, 'web');
    expect(after).to.deep.include({ path: before.path, tasks: 3, counters: before.counters });
    expect(before.counters.numaPteUpdates).to.be.above(0);
  });

  it('its CPUs follow too', () => {
    const confined = (cpus: string): Parts => ({
      pods: [testPod('web')],
      profiles: [testProfile('p', [busyProcess()], { container: { cpus } })],
    });
    const node = simulation(confined('0'));
    node.advance(second);
    node.desire(desired(confined('3')));
    const { path, threadNodes } = container(node, 'web');
    expect([file(node, `${path}/cpuset.cpus`), threadNodes]).to.deep.equal(['3', [1]]);
  });

  it('a resize of a container without a profile does not start it anew', () => {
    const sized = (memory: string): Parts => ({
      pods: [testPod('web', { containers: [{ requests: { memory } }] })],
    });
    const node = simulation(sized('8Mi'));
    node.advance(second);
    const before = container(node, 'web').pagesPerNode;
    node.desire(desired(sized('16Mi')));
    expect(container(node, 'web').pagesPerNode).to.deep.equal(before);
  });
});

describe('cgroups as the node’s kubelet and runtime make them', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
    ['crun’s extra level', { ociRuntime: 'Crun' }, /\.scope\/container$/u],
    ['the cgroupfs driver', { driver: 'Cgroupfs' }, /^\/kubepods\/besteffort\/poduid-web\/[0-9a-f]{64}$/u],
    ['a root', { root: '/kubelet' }, /^\/kubelet\.slice\/kubelet-kubepods\.slice\//u],
    ['a root with cgroupfs', { root: '/kubelet', driver: 'Cgroupfs' }, /^\/kubelet\/kubepods\//u],
  ];
  for (const [what, cgroups, path] of cases) {
    it(`${what}: tasks, flag and counters are at the innermost directory`, () => {
      const parts: Parts = { nodeConfigs: [testConfig('c', { cgroups })], policies: [testPolicy('on')] };
      const node = simulation({ ...parts, pods: [testPod('web')] });
      const made = container(node, 'web');
      expect(made.path).to.match(path);
      expect([made.tasks, made.numaLoadBalance]).to.deep.equal([1, 1]);
      node.advance(second);
      node.desire(desired(parts));
      expect(pods(node)).to.deep.equal([]);
      expect(file(node, `${made.path}/cgroup.procs`)).to.equal(undefined);
    });
  }

  it('the levels follow a Burstable pod that comes, and lose one that went within two minutes', () => {
    const pod = testPod('web', { containers: [{ requests: { cpu: '2' } }] });
    const weight = (): number => Number(file(node, '/kubepods.slice/kubepods-burstable.slice/cpu.weight'));
    const node = simulation();
    const idle = weight();
    node.advance(second);
    node.desire(desired({ pods: [pod] }));
    const busy = weight();
    expect(busy).to.be.above(idle);
    node.advance(2 * second);
    node.desire(desired());
    expect(weight()).to.equal(busy);
    node.advance(122 * second);
    expect(weight()).to.equal(idle);
  });

  it('kubepods follows what the node can allocate', () => {
    const explicit = {
      nodes: [
        { cpus: '0-1', memory: '512Mi' },
        { cpus: '2-3', memory: '512Mi' },
      ],
      distances: [
        [10, 21],
        [21, 10],
      ],
    };
    const nodeConfigs = [testConfig('c', { topology: explicit })];
    const node = simulation({ nodeConfigs });
    const weight = (): string | undefined => file(node, '/kubepods.slice/cpu.weight');
    node.advance(second);
    const before = weight();
    node.desire(desired({ nodeConfigs, nodes: [testNode('node1', { allocatable: { cpu: '2' } })] }));
    expect(weight()).not.to.equal(before);
    expect(node.restarts).to.equal(0);
  });
});

describe('a change of the node’s config', () => {
  const config = (spec: Readonly<Record<string, unknown>>): Parts => ({
    pods: [testPod('web')],
    nodeConfigs: [testConfig('c', spec)],
  });

  const reboots: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    seed: { simulation: { seed: 5 } },
    topology: { topology: { preset: 'SingleNode' } },
    'the variant': { rfc: { version: 'V2' } },
    costs: { costs: { hintFaultNs: 1 } },
    'the cgroup driver': { cgroups: { driver: 'Cgroupfs' } },
  };
  for (const [what, spec] of Object.entries(reboots)) {
    it(`${what}: the kernel is booted anew, with the pods in it`, () => {
      const node = simulation(config({}));
      node.advance(2 * second);
      node.desire(desired(config(spec)));
      node.settle();
      expect([node.now, node.restarts, pods(node).length]).to.deep.equal([0, 1, 1]);
    });
  }

  const runtime: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    mode: { numaBalancing: 1 },
    tunables: { tunables: { scanSizeMb: 8 } },
    speed: { simulation: { speed: 7 } },
  };
  for (const [what, spec] of Object.entries(runtime)) {
    it(`${what}: the kernel runs on`, () => {
      const node = simulation(config({}));
      node.advance(2 * second);
      node.desire(desired(config(spec)));
      node.settle();
      expect([node.now, node.restarts]).to.deep.equal([2 * second, 0]);
    });
  }

  it('the mode and the tunables are written', () => {
    const node = simulation(config({}));
    node.advance(second);
    node.desire(desired(config({ numaBalancing: 1, tunables: { scanSizeMb: 8 } })));
    node.settle();
    expect(node.read('/proc/sys/kernel/numa_balancing')).to.equal('1\n');
    expect(node.read('/sys/kernel/debug/sched/numa_balancing/scan_size_mb')).to.equal('8\n');
  });

  it('to a machine that is none: nothing is simulated; back again, a new kernel', () => {
    const none = { topology: { nodes: [{ cpus: '0,2', memory: '1Gi' }], distances: [[10]] } };
    const node = simulation(config({}));
    node.advance(second);
    node.desire(desired(config(none)));
    expect([sample(node).kernel, pods(node)]).to.deep.equal([undefined, []]);
    node.advance(2 * second);
    node.desire(desired(config({})));
    node.settle();
    expect([node.now, node.restarts, pods(node)]).to.deep.equal([0, 1, ['web/main0']]);
  });
});

describe('time', () => {
  it('is counted in whole seconds at every tick rate, also those that do not divide a second', () => {
    for (const hz of [100, 250, 300, 1000]) {
      const node = simulation({ nodeConfigs: [testConfig('c', { kernel: { hz } })] });
      const seconds = [0.5, 1, 1.5, 59.9, 60].map((at) => {
        node.advance(at * second);
        return sample(node).kernel?.simulatedSeconds;
      });
      expect(seconds, `${hz} Hz`).to.deep.equal([0, 1, 1, 59, 60]);
      expect(node.isAtRest, `${hz} Hz`).to.equal(true);
    }
  });
});

describe('determinism', () => {
  const all: Parts = {
    pods: ['a', 'b', 'c'].map((name) =>
      testPod(name, { containers: [{ requests: { cpu: '2', memory: '8Mi' } }] }),
    ),
    policies: [
      testPolicy('on', {
        podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'c'] }] },
      }),
    ],
    profiles: [remote],
    nodeConfigs: [eagerConfig],
  };

  function digestAt(node: NodeSimulation, seconds: number): string | undefined {
    node.advance(seconds * second);
    return sample(node).kernel?.digest;
  }

  it('the same objects and seed give the same digest, another seed another one', () => {
    const seeded = (seed: number): Parts => ({
      ...all,
      nodeConfigs: [testConfig('c', { tunables: eager, simulation: { seed } })],
    });
    const [first, again, other] = [1, 1, 2].map((seed) => digestAt(simulation(seeded(seed)), 2));
    expect(first).to.equal(again);
    expect(first).not.to.equal(other);
  });

  it('uids make no difference', () => {
    const renamed = (all.pods ?? []).map((pod) => ({
      ...pod,
      metadata: { ...pod.metadata, uid: `other-${pod.metadata?.name ?? ''}` },
    }));
    const counters = (parts: Parts): unknown => {
      const node = simulation(parts);
      node.advance(2 * second);
      return sample(node).containers.map((each) => each.counters);
    };
    expect(counters({ ...all, pods: renamed })).to.deep.equal(counters(all));
  });

  it('how a run is cut into steps makes no difference', () => {
    const expected = digestAt(simulation(all), 2);
    const cuts = fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, (cut) => {
        const node = simulation(all);
        for (const ms of [...cut].sort((a, b) => a - b)) {
          node.advance(ms * 1_000_000);
          node.sample({ digest: false });
        }
        expect(digestAt(node, 2)).to.equal(expected);
      }),
      { numRuns: 10 },
    );
  });

  it('the order in which objects arrive before time moves makes no difference', () => {
    const expected = digestAt(simulation(all), 1);
    const kinds = Object.entries(all).flatMap(([kind, objects]) =>
      (objects as readonly object[]).map((object) => ({ kind, object })),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(kinds, { minLength: kinds.length }), (arrivals) => {
        const node = simulation();
        const arrived: Record<string, object[]> = {};
        for (const { kind, object } of arrivals) {
          (arrived[kind] ??= []).push(object);
          node.desire(desired({ ...arrived }));
          node.settle();
        }
        expect(digestAt(node, 1)).to.equal(expected);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a profile with phases', () => {
  const quietAfter = (after: string): NodeSimulation => {
    const phases = [{ after, regions: [{ name: 'heap', touchesPerSecond: 0 }] }];
    const profile = testProfile('p', [busyProcess({ phases }, { firstTouchNode: 1 })], {
      container: { cpus: '0-1' },
    });
    return simulation({
      pods: [testPod('web')],
      profiles: [profile],
      policies: [testPolicy('on')],
      nodeConfigs: [eagerConfig],
    });
  };
  const faults = (of: NodeSimulation): number => container(of, 'web').counters.numaHintFaults;

  it('touches at the new rate from then on, counted from the start of the process', () => {
    const node = quietAfter('500ms');
    node.advance(0.48 * second);
    const before = faults(node);
    node.advance(second);
    const atPhase = faults(node);
    node.advance(3 * second);
    expect(before).to.be.greaterThan(0);
    expect(faults(node)).to.equal(atPhase);
  });

  it('does the same however its time is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 8 }), (times) => {
        const [whole, pieces] = [quietAfter('300ms'), quietAfter('300ms')];
        for (const ms of [...times].sort((a, b) => a - b)) pieces.advance(ms * 1e6);
        whole.advance(1.5 * second);
        pieces.advance(1.5 * second);
        expect(sample(pieces)).to.deep.equal(sample(whole));
      }),
      { numRuns: 10 },
    );
  });
});

describe('a profile with huge pages', () => {
  const marked = (thpMarking: string, hugePages: string): readonly (number | undefined)[] => {
    const profile = testProfile('p', [busyProcess({}, { firstTouchNode: 1, hugePages })], {
      container: { cpus: '0-1' },
    });
    const node = simulation({
      pods: [testPod('web')],
      profiles: [profile],
      policies: [testPolicy('on')],
      nodeConfigs: [testConfig('c', { tunables: eager, rfc: { thpMarking } })],
    });
    node.advance(1.5 * second);
    const { vmstat } = sample(node).kernel ?? {};
    return [vmstat?.numa_huge_pte_updates, vmstat?.thp_migration_success, vmstat?.numa_pages_migrated];
  };

  it('is left alone by mode 4 as posted, and moves in two pieces as fixed', () => {
    expect(marked('AsPosted', 'Advise')).to.deep.equal([0, 0, 0]);
    expect(marked('Fixed', 'Advise')).to.deep.equal([2, 2, 1024]);
    expect(marked('Fixed', 'Always')).to.deep.equal([2, 2, 1024]);
    expect(marked('Fixed', 'Never').slice(0, 2)).to.deep.equal([0, 0]);
  });
});
