import { expect } from 'chai';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { isConflict } from '../../src/kube/api-error.ts';
import { applyIfChanged } from '../../src/kube/apply-if-changed.ts';
import { EventRecorder } from '../../src/kube/event-recorder.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { loadCredentials } from '../../src/kube/load-credentials.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import { type Applied, ResourceClient } from '../../src/kube/resource-client.ts';
import { events, nodes, pods, type ResourceType } from '../../src/kube/resource-type.ts';
import { Transport } from '../../src/kube/transport.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { usesExistingCluster } from '../control-plane/obtain-cluster.ts';
import { startControlPlane } from '../control-plane/start-control-plane.ts';
import { eventually } from '../kube/builders.ts';

type ConfigMap = KubeObject & { readonly data?: Readonly<Record<string, string>> };
type SimulatedNode = KubeObject & { readonly status?: Readonly<Record<string, unknown>> };

const core = (plural: string, kind: string, namespaced = true): ResourceType => ({
  group: '',
  version: 'v1',
  plural,
  kind,
  namespaced,
});
const configMaps = core('configmaps', 'ConfigMap');
const simulatedNodes: ResourceType = {
  group: 'numasim.dev',
  version: 'v1alpha1',
  plural: 'simulatednodes',
  kind: 'SimulatedNode',
  namespaced: false,
};

const configMap = (name: string, data: Record<string, string>): Applied => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  ...{ data },
});

describe('src/kube on a real API server', function () {
  let controlPlane: ControlPlane;
  let transport: Transport;
  let client: ResourceClient<ConfigMap>;

  before(async function () {
    if (usesExistingCluster()) this.skip();
    controlPlane = await startControlPlane();
    await controlPlane.kubectl([
      'apply',
      '--server-side',
      '-f',
      new URL('../../crds', import.meta.url).pathname,
    ]);
    await controlPlane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    transport = new Transport({
      credentials: loadCredentials({ kubeconfig: controlPlane.kubeconfig('admin') }),
      userAgent: 'numasim/test',
    });
    client = new ResourceClient(transport, configMaps);
  });
  after(async () => {
    // Undefined when it was skipped or did not start.
    await (transport as Transport | undefined)?.close();
    await (controlPlane as ControlPlane | undefined)?.stop();
  });

  /** Runs a reflector of the ConfigMaps of `default` during `body`; `changes` collects `type name`. */
  const reflecting = async (
    body: (reflector: Reflector<ConfigMap>, changes: readonly string[]) => Promise<void>,
    pageSize = 250,
  ): Promise<void> => {
    const abort = new AbortController();
    const changes: string[] = [];
    const reflector = new Reflector({ client, selection: { namespace: 'default' }, pageSize });
    reflector.onChange(({ type, object }) => changes.push(`${type} ${object.metadata.name}`));
    const running = reflector.run(abort.signal);
    try {
      await reflector.whenSynced();
      await body(reflector, changes);
    } finally {
      abort.abort();
      await running;
    }
  };

  describe('the reflector', () => {
    it('lists in pages', async () => {
      for (let index = 0; index < 7; index++) {
        await client.create(configMap(`page-${index}`, {}));
      }
      await reflecting(async ({ store }) => {
        expect(
          [...store.values()].filter(({ metadata }) => metadata.name.startsWith('page-')),
        ).to.have.length(7);
        await Promise.resolve();
      }, 2);
    });

    it('follows what others do', async () => {
      await reflecting(async ({ store }, changes) => {
        await controlPlane.kubectl(['create', 'configmap', 'followed', '--from-literal=a=1']);
        await eventually('the creation', () => store.get('default/followed')?.data?.a === '1');
        const uid = store.get('default/followed')?.metadata.uid;
        await controlPlane.kubectl(['patch', 'configmap', 'followed', '-p', '{"data":{"a":"2"}}']);
        await eventually('the change', () => store.get('default/followed')?.data?.a === '2');
        await controlPlane.kubectl(['delete', 'configmap', 'followed']);
        await controlPlane.kubectl(['create', 'configmap', 'followed']);
        await eventually(
          'the recreation',
          () => ![undefined, uid].includes(store.get('default/followed')?.metadata.uid),
        );
        expect(changes.filter((change) => change.endsWith(' followed'))).to.deep.equal([
          'added followed',
          'updated followed',
          'deleted followed',
          'added followed',
        ]);
      });
    });
  });

  describe('apply if changed', () => {
    it('writes once and never again while nothing changes', async () => {
      const desired = configMap('applied', { a: '1' });
      const first = await applyIfChanged(client, { desired, cached: undefined });
      expect(first.written).to.equal(true);
      const second = await applyIfChanged(client, { desired, cached: first.object });
      expect(second.written).to.equal(false);
      expect(first.object.metadata.managedFields).to.have.nested.property('0.manager', 'numasim');
    });

    it('removes what is desired no more, where the field is wholly ours', async () => {
      const { object } = await applyIfChanged(client, {
        desired: configMap('shrinks', { a: '1', b: '2' }),
        cached: undefined,
      });
      const { object: after } = await applyIfChanged(client, {
        desired: configMap('shrinks', { a: '1' }),
        cached: object,
        exact: ['data'],
      });
      expect(after.data).to.deep.equal({ a: '1' });
    });

    it('takes back a field that another writer changed', async () => {
      const desired = configMap('contested', { a: 'ours' });
      await applyIfChanged(client, { desired, cached: undefined });
      await controlPlane.kubectl(['patch', 'configmap', 'contested', '-p', '{"data":{"a":"theirs"}}']);
      const cached = await client.get({ name: 'contested', namespace: 'default' });
      const { object } = await applyIfChanged(client, { desired, cached });
      expect(object.data).to.deep.equal({ a: 'ours' });
    });

    it('leaves an object alone that was deleted and created again since it was cached', async () => {
      const desired = configMap('replaced', { a: '2' });
      const cached = await client.create(configMap('replaced', { a: '1' }));
      await client.delete(cached.metadata, cached.metadata.uid);
      await client.create(configMap('replaced', { somebody: 'else' }));
      const error = await applyIfChanged(client, { desired, cached }).then(
        () => expect.fail('was written'),
        (failure: unknown) => failure,
      );
      expect(isConflict(error), String(error)).to.equal(true);
      expect((await client.get(cached.metadata)).data).to.deep.equal({ somebody: 'else' });
    });

    it('writes the status of our own kinds without touching anything else', async () => {
      const simnodes = new ResourceClient<SimulatedNode>(transport, simulatedNodes);
      const object: Applied = {
        apiVersion: 'numasim.dev/v1alpha1',
        kind: 'SimulatedNode',
        metadata: { name: 'node-1' },
      };
      const { object: created } = await applyIfChanged(simnodes, { desired: object, cached: undefined });
      const desired = { ...object, ...{ status: { observedGeneration: 1 } } };
      const { written, object: cached } = await applyIfChanged(simnodes, {
        desired,
        cached: created,
        subresource: 'status',
      });
      expect(written).to.equal(true);
      expect(cached.status).to.deep.equal({ observedGeneration: 1 });
      expect(await applyIfChanged(simnodes, { desired, cached, subresource: 'status' })).to.include({
        written: false,
      });
    });
  });

  it('records events that kubectl shows, repetitions as one series', async () => {
    const recorder = new EventRecorder({
      client: new ResourceClient(transport, events),
      reportingController: 'numasim.dev/operator',
      reportingInstance: 'test',
    });
    const { metadata } = await client.create(configMap('eventful', {}));
    const note = {
      regarding: { apiVersion: 'v1', kind: 'ConfigMap', metadata },
      type: 'Normal',
      reason: 'SwitchedOn',
      action: 'SwitchOn',
      note: 'Balancing is on.',
    } as const;
    recorder.record(note);
    recorder.record(note);
    recorder.record(note);
    await recorder.flush();
    const shown = await controlPlane.kubectl(['events', '--for=configmap/eventful', '--no-headers']);
    expect(shown).to.match(/\(x3 over .*SwitchedOn\s+ConfigMap\/eventful\s+Balancing is on\./);
    expect(shown.trim().split('\n')).to.have.length(1);
  });

  it('needs one connection for eight watches and two hundred requests', async () => {
    const abort = new AbortController();
    const types = [
      pods,
      nodes,
      configMaps,
      simulatedNodes,
      core('services', 'Service'),
      core('namespaces', 'Namespace', false),
      core('secrets', 'Secret'),
      core('endpoints', 'Endpoints'),
    ];
    const reflectors = types.map((type) => new Reflector({ client: new ResourceClient(transport, type) }));
    const running = reflectors.map(async (reflector) => await reflector.run(abort.signal));
    await Promise.all(reflectors.map(async (reflector) => await reflector.whenSynced()));
    let left = 200;
    const ask = async (): Promise<void> => {
      while (left-- > 0) {
        await client.list({ namespace: 'default', limit: 1 });
      }
    };
    await Promise.all(Array.from({ length: 20 }, ask));
    expect(connectionsTo(Number(new URL(controlPlane.baseUrl).port))).to.equal(1);
    abort.abort();
    await Promise.all(running);
  });

  it('is right again within ten seconds after the API server was killed, whatever was changed right after', async () => {
    await controlPlane.kubectl(['create', 'configmap', 'survivor']);
    await reflecting(async ({ store }, changes) => {
      await controlPlane.restartApiServer({ kill: true });
      const restartedMs = Date.now();
      await controlPlane.kubectl(['patch', 'configmap', 'survivor', '-p', '{"data":{"after":"kill"}}']);
      await eventually('the change', () => store.get('default/survivor')?.data?.after === 'kill', 10_000);
      expect(Date.now() - restartedMs).to.be.lessThan(10_000);
      expect(changes.at(-1)).to.equal('updated survivor');
    });
  });
});

/** This process's established TCP connections to a port of 127.0.0.1. */
function connectionsTo(port: number): number {
  const own = new Set(
    readdirSync('/proc/self/fd').flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    }),
  );
  const peer = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/self/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter(
      ([, , remote, state, , , , , , inode]) => remote === peer && state === '01' && own.has(inode ?? ''),
    ).length;
}
