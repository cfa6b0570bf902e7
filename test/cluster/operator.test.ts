import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { SimulatedNodeStatus } from '../../src/api/simulated-node.ts';
import { usesExistingCluster } from '../control-plane/obtain-cluster.ts';
import { node, nodeConfig, pod, policy, sample, wrongNodeProfile } from './operator/objects.ts';
import type { Manifest } from './operator/objects.ts';
import { OperatorCluster, orUndefined, programArgs } from './operator/operator-cluster.ts';

/** Design §3: the flags follow within a second. */
const flagLimitMs = 1000;

describe('numasim operator on a real API server', () => {
  let cluster: OperatorCluster;

  before(async function () {
    // It counts the operator's writes, kills the API server, and makes nodes that are only objects.
    if (usesExistingCluster()) this.skip();
    cluster = await OperatorCluster.start();
    if (!cluster.controlPlane.capabilities.kwok) this.skip();
    await cluster.startOperator();
  });
  after(async () => {
    // Undefined when it was skipped or did not start.
    await (cluster as OperatorCluster | undefined)?.stop();
  });

  /** Resolves to the milliseconds until the SimulatedNode shows these flags. */
  async function untilFlags(nodeName: string, flags: Readonly<Record<string, number>>): Promise<number> {
    return await cluster.until(
      `${nodeName} shows ${JSON.stringify(flags)}`,
      async () => {
        const cgroups = await cluster.cgroups(nodeName);
        return Object.entries(flags).every(([key, flag]) => cgroups[key]?.numaLoadBalance === flag);
      },
      10_000,
    );
  }

  /** Changes the speed, which is written at once together with all numbers. */
  async function freshStatus(config: string, speed: number): Promise<SimulatedNodeStatus> {
    await cluster.setSpeed(config, speed);
    await cluster.until(
      'the speed is in the status',
      async () => (await cluster.nodeStatus(config))?.speed === speed,
    );
    return (await cluster.nodeStatus(config)) ?? {};
  }

  /** Pauses a node and resolves to its status once it has come to rest. */
  async function restingStatus(config: string): Promise<SimulatedNodeStatus> {
    await freshStatus(config, 0);
    await cluster.until('the node rests', async () => {
      const before = await cluster.clients.simulatedNodes.get({ name: config });
      await sleep(600);
      const after = await cluster.clients.simulatedNodes.get({ name: config });
      return before.metadata.resourceVersion === after.metadata.resourceVersion;
    });
    return (await cluster.nodeStatus(config)) ?? {};
  }

  describe('two tenants alike, memory on the wrong node, one of them selected by a policy', () => {
    const name = 'tenants';
    const namespace = 'quickstart';

    async function pteUpdates(container: string, status?: SimulatedNodeStatus): Promise<number> {
      const cgroups = (status ?? (await cluster.nodeStatus(name)))?.cgroups ?? [];
      return cgroups.find(({ pod: owner }) => owner === container)?.counters.numaPteUpdates ?? -1;
    }

    before(async () => {
      await cluster.makeNamespace(namespace);
      await cluster.apply(
        node(name),
        nodeConfig(name, { simulation: { speed: 10 } }),
        ...sample('quickstart', name),
      );
    });

    it('kubectl wait ends once the policy is in effect', async () => {
      await cluster.controlPlane.kubectl([
        'wait',
        '--for=condition=Ready',
        'nbp/tenant-a',
        '-n',
        namespace,
        '--timeout=20s',
      ]);
      await untilFlags(name, { 'tenant-a/app': 1, 'tenant-b/app': 0 });
    });

    it('moves the pages of the one, and leaves the other alone', async () => {
      await cluster.until(
        'all pages of tenant-a are local',
        async () => {
          const { 'tenant-a/app': selected } = await cluster.cgroups(name);
          return selected?.remotePages === 0 && selected.counters.numaPagesMigrated > 0;
        },
        60_000,
      );
      const { 'tenant-a/app': selected, 'tenant-b/app': other } = await cluster.cgroups(name);
      expect(selected?.localPages).to.equal(16_384);
      expect(selected?.counters.numaPagesMigrated).to.equal(16_384);
      expect(selected?.counters.numaHintFaults).to.be.greaterThan(0);
      expect(other).to.deep.include({ localPages: 0, remotePages: 16_384, numaLoadBalance: 0 });
      expect(Object.values(other?.counters ?? {}).every((count) => count === 0)).to.equal(true);
    });

    it('shows in kubectl get what a person wants to know', async () => {
      await cluster.until('the policy shows the migrations', async () => {
        const { status } = await cluster.clients.policies.get({ name: 'tenant-a', namespace });
        return (status?.counters?.numaPagesMigrated ?? 0) > 0;
      });
      const table = await cluster.controlPlane.kubectl(['get', 'nbp', '-n', namespace]);
      const [header = '', row = ''] = table.split('\n');
      expect(header.split(/\s{2,}/)).to.include.members(['NAME', 'BALANCING', 'READY']);
      expect(row)
        .to.match(/^tenant-a +True +Enabled/)
        .and.contain('16384');
    });

    it('stops within a second when the policy is deleted, and the counters freeze', async () => {
      await cluster.clients.policies.delete({ name: 'tenant-a', namespace });
      expect(await untilFlags(name, { 'tenant-a/app': 0 })).to.be.lessThan(flagLimitMs);
      const stopped = await pteUpdates('tenant-a');
      await sleep(1500);
      expect(await pteUpdates('tenant-a', await freshStatus(name, 11))).to.equal(stopped);
    });

    it('starts within a second when the policy is made again, and goes on counting', async () => {
      const before = await pteUpdates('tenant-a');
      await cluster.apply(...sample('quickstart', name));
      expect(await untilFlags(name, { 'tenant-a/app': 1 })).to.be.lessThan(flagLimitMs);
      await cluster.until('the scanner is at work', async () => (await pteUpdates('tenant-a')) > before);
    });

    it('stops within a second when the policy says Disabled', async () => {
      const patch = { spec: { balancing: 'Disabled' } };
      await cluster.clients.policies.mergePatch({ name: 'tenant-a', namespace }, patch);
      expect(await untilFlags(name, { 'tenant-a/app': 0 })).to.be.lessThan(flagLimitMs);
      const stopped = await pteUpdates('tenant-a');
      await sleep(1000);
      expect(await pteUpdates('tenant-a', await freshStatus(name, 10))).to.equal(stopped);
    });

    it('follows a pod’s labels within a second', async () => {
      const enabled = { spec: { balancing: 'Enabled' } };
      await cluster.clients.policies.mergePatch({ name: 'tenant-a', namespace }, enabled);
      await untilFlags(name, { 'tenant-a/app': 1 });
      const labels = (tenant: string): object => ({ metadata: { labels: { tenant } } });
      await cluster.clients.pods.mergePatch({ name: 'tenant-a', namespace }, labels('none'));
      expect(await untilFlags(name, { 'tenant-a/app': 0 })).to.be.lessThan(flagLimitMs);
      await cluster.clients.pods.mergePatch({ name: 'tenant-b', namespace }, labels('a'));
      expect(await untilFlags(name, { 'tenant-a/app': 0, 'tenant-b/app': 1 })).to.be.lessThan(flagLimitMs);
      await cluster.until('tenant-b is scanned', async () => (await pteUpdates('tenant-b')) > 0);
    });
  });

  describe('interleaved memory that balancing may look at', () => {
    const name = 'interleaved';

    before(async () => {
      await cluster.makeNamespace('interleave');
      await cluster.apply(
        node(name),
        nodeConfig(name, { simulation: { speed: 10 } }),
        ...sample('interleave', name),
      );
    });

    it('moves tasks to their memory, and no page', async () => {
      await cluster.until('a task was moved', async () => {
        const { 'database/app': container } = await cluster.cgroups(name);
        return (container?.counters.numaTaskMigrated ?? 0) > 0;
      });
      const { 'database/app': container } = await cluster.cgroups(name);
      expect(container?.counters.numaHintFaults).to.be.greaterThan(0);
      expect(container?.counters.numaPagesMigrated).to.equal(0);
    });
  });

  describe('the same manifests under numasim run', () => {
    const name = 'twin';
    const config = (speed: number): Manifest => nodeConfig(name, { simulation: { speed, seed: 42 } });
    const objects: readonly Manifest[] = [
      pod(name, 'b', name),
      pod(name, 'a', name, { containers: ['app', 'side'] }),
      pod(name, 'c', name, { labels: { plain: 'yes' } }),
      wrongNodeProfile(name),
      policy(name, 'on', { podSelector: { matchExpressions: [{ key: 'plain', operator: 'DoesNotExist' }] } }),
    ];

    it('have the same digest twice, and the operator’s counters and digest at the same simulated time', async () => {
      await cluster.makeNamespace(name);
      // Paused before its first tick, the node starts when everything is there, in whatever order it came.
      await cluster.apply(config(0));
      await cluster.controlPlane.kubectl(['wait', '--for=condition=Ready', `nnc/${name}`, '--timeout=20s']);
      await cluster.apply(node(name), ...objects);
      await untilFlags(name, { 'a/app': 1, 'a/side': 1, 'b/app': 1, 'c/app': 0 });
      expect(await cluster.nodeStatus(name)).to.include({ simulatedSeconds: 0, seed: 42 });
      await cluster.setSpeed(name, 20);
      await sleep(1500);
      const fromOperator = await restingStatus(name);
      expect(fromOperator.simulatedSeconds).to.be.greaterThan(5);

      const manifests = [config(1), node(name), ...objects];
      const seconds = fromOperator.simulatedSeconds ?? 0;
      const [fromRun, again] = [await simulated(manifests, seconds), await simulated(manifests, seconds)];
      expect(again.digest)
        .to.equal(fromRun.digest)
        .and.match(/^[0-9a-f]{16}$/);
      expect(numbers(fromRun)).to.deep.equal(numbers(fromOperator));
      expect(fromRun.digest).to.equal(fromOperator.digest);
      expect(fromOperator.vmstat?.numa_pte_updates).to.be.greaterThan(0);
    });

    /** All that is counted; cgroup paths hold uids, which the API server draws. */
    function numbers({ vmstat, numaNodes, cgroups = [] }: SimulatedNodeStatus): object {
      const containers = cgroups
        .map(({ path, podUid, ...rest }) => rest)
        .toSorted((one, other) =>
          `${one.pod}/${one.container}` < `${other.pod}/${other.container}` ? -1 : 1,
        );
      return { vmstat, numaNodes, containers };
    }

    async function simulated(manifests: readonly Manifest[], seconds: number): Promise<SimulatedNodeStatus> {
      const directory = mkdtempSync(join(tmpdir(), 'numasim-run-'));
      try {
        const file = join(directory, 'cluster.json');
        writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }));
        const args = ['run', '-f', file, '--duration', `${seconds}s`, '-o', 'json'];
        const { stdout } = await numasim(args);
        const { items } = JSON.parse(stdout) as {
          readonly items: readonly { readonly kind: string; readonly status?: SimulatedNodeStatus }[];
        };
        return items.find(({ kind }) => kind === 'SimulatedNode')?.status ?? {};
      } finally {
        rmSync(directory, { recursive: true });
      }
    }
  });

  describe('policies that select the same containers', () => {
    const name = 'contest';
    const decides = async (): Promise<Readonly<Record<string, string | undefined>>> =>
      Object.fromEntries(
        Object.entries(await cluster.cgroups(name)).map(([key, { policy: by }]) => [key, by]),
      );
    const untilDecided = async (expected: Readonly<Record<string, string>>): Promise<void> => {
      let last: unknown;
      try {
        await cluster.until(
          'the right policies decide',
          async () => {
            last = await decides();
            return JSON.stringify(last) === JSON.stringify(expected);
          },
          5_000,
        );
      } catch {
        expect(last).to.deep.equal(expected);
      }
    };

    before(async () => {
      await cluster.makeNamespace(name);
      await cluster.apply(node(name), pod(name, 'both', name, { containers: ['app', 'side'] }));
      await cluster.apply(policy(name, 'z-older', { balancing: 'Disabled' }));
      // Times of creation have whole seconds.
      await sleep(1100);
      await cluster.apply(policy(name, 'a-newer'));
    });

    it('the older decides, and the other one is told', async () => {
      await untilDecided({ 'both/app': 'z-older', 'both/side': 'z-older' });
      await cluster.until('a-newer is told', async () =>
        (await cluster.conditions('a-newer', name)).includes('Overridden=True StrongerObject'),
      );
      expect(await cluster.conditions('a-newer', name)).to.include('Ready=True StrongerObject');
      expect(await cluster.conditions('z-older', name)).to.deep.equal(['Ready=True Applied']);
    });

    it('one that names the container is stronger, for that container', async () => {
      await cluster.apply(policy(name, 'named', { containers: ['side'] }));
      await untilDecided({ 'both/app': 'z-older', 'both/side': 'named' });
    });

    it('a higher priority is stronger still, and its end gives way again', async () => {
      await cluster.apply(policy(name, 'urgent', { priority: 10 }));
      await untilDecided({ 'both/app': 'urgent', 'both/side': 'urgent' });
      await cluster.until('named is told', async () =>
        (await cluster.conditions('named', name)).includes('Overridden=True StrongerObject'),
      );
      await cluster.clients.policies.delete({ name: 'urgent', namespace: name });
      await untilDecided({ 'both/app': 'z-older', 'both/side': 'named' });
      await cluster.until(
        'named is told again',
        async () => (await cluster.conditions('named', name)).join() === 'Ready=True Applied',
      );
    });

    it('a field without behaviour, and a memory policy that the kernel refuses, show as conditions', async () => {
      await cluster.apply(policy(name, 'auto', { balancing: 'Auto', priority: 5, containers: ['app'] }));
      const memoryPolicy = { mode: 'Bind', nodes: '7' };
      await cluster.apply(policy(name, 'refused', { priority: 5, containers: ['side'], memoryPolicy }));
      await cluster.until('both are told', async () => {
        const [auto, refused] = [
          await cluster.conditions('auto', name),
          await cluster.conditions('refused', name),
        ];
        return (
          auto.includes('NotImplemented=True FieldsWithoutBehaviour') &&
          refused.includes('Stalled=True KernelRefused')
        );
      });
      const { 'both/side': side } = await cluster.cgroups(name);
      expect(side?.problem).to.contain('EINVAL');
    });
  });

  describe('nodes and pods that come and go', () => {
    const name = 'life';
    const namespace = name;

    before(async () => {
      await cluster.makeNamespace(namespace);
      await cluster.apply(
        node(name),
        ...['stays', 'ends', 'leaves', 'restarts'].map((each) => pod(namespace, each, name)),
      );
      await cluster.until('all four run', async () => Object.keys(await cluster.cgroups(name)).length === 4);
    });

    it('a SimulatedNode belongs to its Node', async () => {
      const owner = await cluster.clients.nodes.get({ name });
      const { metadata } = await cluster.clients.simulatedNodes.get({ name });
      expect(metadata.ownerReferences).to.deep.equal([
        { apiVersion: 'v1', kind: 'Node', name, uid: owner.metadata.uid, controller: true },
      ]);
      expect(metadata.annotations?.['numasim.dev/simulated']).to.equal('true');
    });

    it('a pod that ends has no cgroup any more, nor has one that is deleted', async () => {
      const patch = JSON.stringify({ status: { phase: 'Succeeded' } });
      await cluster.controlPlane.kubectl([
        'patch',
        'pod',
        'ends',
        '-n',
        namespace,
        '--subresource=status',
        '-p',
        patch,
      ]);
      await cluster.until('ends is gone', async () => !('ends/app' in (await cluster.cgroups(name))), 5_000);
      await cluster.controlPlane.kubectl(['delete', 'pod', 'leaves', '-n', namespace, '--wait=false']);
      await cluster.until(
        'leaves is gone',
        async () => !('leaves/app' in (await cluster.cgroups(name))),
        5_000,
      );
      expect(await cluster.cgroups(name)).to.have.keys('stays/app', 'restarts/app');
    });

    it('a container that restarts gets another cgroup', async () => {
      const { 'restarts/app': before } = await cluster.cgroups(name);
      const { status } = await cluster.clients.pods.get({ name: 'restarts', namespace });
      const [first] = status?.containerStatuses ?? [];
      const patch = JSON.stringify({ status: { containerStatuses: [{ ...first, restartCount: 1 }] } });
      await cluster.controlPlane.kubectl([
        'patch',
        'pod',
        'restarts',
        '-n',
        namespace,
        '--subresource=status',
        '--type=merge',
        '-p',
        patch,
      ]);
      await cluster.until(
        'the path is another',
        async () => ![undefined, before?.path].includes((await cluster.cgroups(name))['restarts/app']?.path),
        5_000,
      );
      expect(Object.keys(await cluster.cgroups(name))).to.have.members(['stays/app', 'restarts/app']);
    });

    it('a Node that is deleted takes its SimulatedNode along; made again, it gets a new one', async () => {
      const { metadata } = await cluster.clients.simulatedNodes.get({ name });
      await cluster.controlPlane.kubectl(['delete', 'node', name]);
      await cluster.until('the SimulatedNode is gone', async () => {
        return (await orUndefined(cluster.clients.simulatedNodes.get({ name }))) === undefined;
      });
      await cluster.apply(node(name));
      await cluster.until('there is a new one', async () => {
        const found = await orUndefined(cluster.clients.simulatedNodes.get({ name }));
        return found !== undefined && found.metadata.uid !== metadata.uid && found.status !== undefined;
      });
    });
  });

  describe('a config that changes', () => {
    const name = 'machine';
    const explicit = (second: string): Manifest =>
      nodeConfig(name, {
        topology: {
          nodes: [
            { cpus: '0-3', memory: '1Gi' },
            { cpus: second, memory: '1Gi' },
          ],
          distances: [
            [10, 20],
            [20, 10],
          ],
        },
      });
    const events = async (reason: string): Promise<number> => {
      const told = await cluster.operatorEvents();
      return told.filter((event) => event.startsWith(`${name} ${reason}`)).length;
    };
    const configConditions = async (): Promise<readonly string[]> => {
      const { status } = await cluster.clients.nodeConfigs.get({ name });
      return (status?.conditions ?? []).map((each) => `${each.type}=${each.status} ${each.reason}`);
    };

    before(async () => {
      await cluster.apply(nodeConfig(name, { topology: { preset: 'TwoSocket' } }), node(name));
      await cluster.until(
        'the node runs',
        async () => (await cluster.nodeStatus(name))?.topology?.nodeCount === 2,
      );
      await sleep(300);
    });

    it('boots the kernel anew for another topology, and says so in one event', async () => {
      await cluster.apply(nodeConfig(name, { topology: { preset: 'FourSocket' } }));
      await cluster.until(
        'the node has four sockets',
        async () => (await cluster.nodeStatus(name))?.topology?.nodeCount === 4,
        5_000,
      );
      await cluster.until('the event is written', async () => (await events('KernelRestarted')) === 1, 5_000);
    });

    it('says what is wrong with a topology that contradicts itself, and recovers', async () => {
      await cluster.apply(explicit('3-7'));
      await cluster.until('the config is stalled', async () =>
        (await configConditions()).includes('Stalled=True InvalidTopology'),
      );
      expect(await configConditions()).to.include('Ready=False InvalidTopology');
      const [condition] = (await cluster.nodeStatus(name))?.conditions ?? [];
      expect(condition).to.include({ type: 'Ready', status: 'False', reason: 'InvalidTopology' });
      expect(condition?.message).to.contain('CPU 3');
      await cluster.apply(explicit('4-7'));
      await cluster.until(
        'the config is in effect',
        async () => (await configConditions()).join() === 'Ready=True Applied',
      );
      expect((await cluster.nodeStatus(name))?.topology).to.deep.include({
        source: 'Explicit',
        nodeCount: 2,
      });
    });
  });

  describe('its rights', () => {
    it('are those of manifests/base, and it needs no more', () => {
      expect(cluster.forbidden()).to.deep.equal([]);
      expect(cluster.writesSince(0)).to.have.length.greaterThan(50);
    });
  });

  describe('when things break', () => {
    it('a new operator goes on with the conditions it finds; counters begin at 0 with its kernels', async () => {
      const before = await cluster.nodeStatus('tenants');
      const eventsBefore = await cluster.operatorEvents();
      await cluster.killOperator();
      await cluster.startOperator();
      await cluster.until('the tenants are simulated again', async () => {
        const { simulatedSeconds = 0 } = (await cluster.nodeStatus('tenants')) ?? {};
        return simulatedSeconds < (before?.simulatedSeconds ?? 0);
      });
      const after = await cluster.nodeStatus('tenants');
      expect(after?.conditions).to.deep.equal(before?.conditions);
      expect(after?.cgroups?.map(({ path }) => path)).to.deep.equal(before?.cgroups?.map(({ path }) => path));
      expect(await cluster.operatorEvents()).to.deep.equal(eventsBefore);
    });

    it('is right again after the API server was killed and came back', async () => {
      await cluster.controlPlane.restartApiServer({ kill: true });
      const labels = { metadata: { labels: { tenant: 'none' } } };
      await cluster.controlPlane.kubectl([
        'patch',
        'pod',
        'tenant-b',
        '-n',
        'quickstart',
        '-p',
        JSON.stringify(labels),
      ]);
      await untilFlags('tenants', { 'tenant-a/app': 0, 'tenant-b/app': 0 });
      expect(await cluster.probe('/healthz')).to.deep.equal({ status: 200, text: 'ok\n' });
      expect(await cluster.probe('/readyz')).to.deep.equal({ status: 200, text: 'ok\n' });
    });
  });

  describe('writes', () => {
    it('are at most one per object and period while counters rise', async () => {
      await cluster.apply(...sample('quickstart', 'tenants'));
      await untilFlags('tenants', { 'tenant-a/app': 1 });
      await sleep(2000);
      const sinceMs = Date.now();
      await sleep(10_000);
      const paths = cluster.writesSince(sinceMs).map(({ requestURI }) => requestURI);
      const most = Math.max(...paths.map((path) => paths.filter((other) => other === path).length));
      // Two periods of 5 s, and one that began before.
      expect(most, paths.join('\n')).to.be.within(1, 3);
    });

    it('are none while a fleet runs that has nothing to say', async () => {
      await cluster.controlPlane.kubectl(['delete', 'nbp', '--all', '-A']);
      await sleep(3000);
      const sinceMs = Date.now();
      await sleep(10_000);
      expect(describeWrites(cluster.writesSince(sinceMs))).to.deep.equal([]);
    });

    it('do not happen in 60 s while everything is at rest', async () => {
      await cluster.apply(...sample('quickstart', 'tenants'), policy('interleave', 'database'));
      const { items } = await cluster.clients.nodeConfigs.list();
      for (const { metadata } of items) await cluster.setSpeed(metadata.name, 0);
      // Nodes without a config of their own.
      await cluster.apply({
        apiVersion: 'numasim.dev/v1alpha1',
        kind: 'NumaNodeConfig',
        metadata: { name: 'rest' },
        spec: { nodeSelector: {}, priority: -1, simulation: { speed: 0 } },
      });
      await sleep(6000);
      const sinceMs = Date.now();
      await sleep(60_000);
      expect(describeWrites(cluster.writesSince(sinceMs))).to.deep.equal([]);
    });
  });

  describe('its end', () => {
    it('on SIGTERM: exits 0 within seconds, having said so', async () => {
      await cluster.killOperator();
      const { code, stderr, tookMs } = await numasim(cluster.operatorArgs.slice(programArgs.length), {
        terminateWhen: async () => (await cluster.probe('/readyz')).status === 200,
      });
      expect(code).to.equal(0);
      expect(tookMs).to.be.lessThan(5_000);
      expect(stderr)
        .to.contain('"operator stopped"')
        .and.not.match(/unhandled|"level":"error"/i);
    });

    it('on SIGTERM while the API server is away: the same', async () => {
      let isAway = false;
      const { code, tookMs } = await numasim(cluster.operatorArgs.slice(programArgs.length), {
        terminateWhen: async () => {
          if (!isAway && (await cluster.probe('/readyz')).status === 200) {
            await cluster.controlPlane.endProgram('kube-apiserver', { kill: true });
            isAway = true;
            await sleep(500);
          }
          return isAway;
        },
      });
      expect(code).to.equal(0);
      expect(tookMs).to.be.lessThan(6_000);
    });
  });
});

/** Writes in words, for a failure that tells. */
function describeWrites(events: ReturnType<OperatorCluster['writesSince']>): readonly string[] {
  return events.map(
    ({ verb, objectRef, requestReceivedTimestamp }) =>
      `${requestReceivedTimestamp} ${verb} ${objectRef?.resource ?? ''}/${objectRef?.subresource ?? ''} ${objectRef?.name ?? ''}`,
  );
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From SIGTERM to its end, ms. */
  readonly tookMs: number;
}

/** Runs numasim to its end, or sends it SIGTERM once `terminateWhen` holds. */
async function numasim(
  args: readonly string[],
  { terminateWhen }: { readonly terminateWhen?: () => Promise<boolean> } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [...programArgs, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  let sinceMs = Date.now();
  try {
    while (terminateWhen && child.exitCode === null && !(await terminateWhen())) await sleep(50);
    if (terminateWhen) {
      sinceMs = Date.now();
      child.kill('SIGTERM');
    }
    const code = await closed;
    return { code, stdout, stderr, tookMs: Date.now() - sinceMs };
  } finally {
    child.kill('SIGKILL');
  }
}
