import { expect } from 'chai';

import type { Controller, ControllerContext } from '../../src/controllers/context.ts';
import { NodeConfigController } from '../../src/controllers/node-config-controller.ts';
import { NodeController } from '../../src/controllers/node-controller.ts';
import { PolicyController } from '../../src/controllers/policy-controller.ts';
import { ProfileController } from '../../src/controllers/profile-controller.ts';
import { FilledCaches, WokenKeys } from './builders.ts';

type Json = Readonly<Record<string, unknown>>;

let version = 0;

/** An object of namespace `shop`, newer than all before it. */
function made(
  name: string,
  parts: { readonly generation?: number; readonly labels?: Json } & Json = {},
): {
  metadata: { name: string };
} & Json {
  const { generation = 1, labels, namespace, ...fields } = { namespace: 'shop', ...parts };
  version += 1;
  const metadata = { name, uid: name, resourceVersion: String(version), generation, labels, namespace };
  return { metadata, ...fields };
}

function global(name: string, parts: Parameters<typeof made>[1] = {}): ReturnType<typeof made> {
  return made(name, { ...parts, namespace: undefined });
}

const selects = (app: string, fields: Json = {}): Json => ({
  podSelector: { matchLabels: { app } },
  statusPeriodSeconds: 30,
  ...fields,
});

function cgroup(policy: string, numaLoadBalance: number, count = 0): Json {
  const counters = { numaPteUpdates: count };
  return { namespace: 'shop', podUid: 'a', path: '/a', policy, numaLoadBalance, counters };
}

describe('what wakes a controller', () => {
  let caches: FilledCaches;
  let woken: WokenKeys;

  function watching(make: (context: ControllerContext) => Controller): void {
    const context = { caches: caches.asCaches, nowMs: () => 0 } as unknown as ControllerContext;
    make(context).watch(woken.enqueue);
  }

  beforeEach(() => {
    caches = new FilledCaches();
    woken = new WokenKeys();
    for (const name of ['n1', 'n2', 'n3']) caches.nodes.put(global(name));
    caches.pods.put(made('a', { labels: { app: 'a' }, spec: { nodeName: 'n1' } }));
    caches.pods.put(made('b', { labels: { app: 'b' }, spec: { nodeName: 'n2' } }));
  });

  describe('of nodes', () => {
    beforeEach(() => watching((context) => new NodeController(context)));

    it('a pod: its node, and the one it was on', () => {
      caches.pods.put(made('a', { labels: { app: 'other' }, spec: { nodeName: 'n1' } }));
      expect(woken.take()).to.deep.equal(['n1']);
      caches.pods.put(made('a', { spec: { nodeName: 'n3' } }));
      expect(woken.take()).to.deep.equal(['n1', 'n3']);
      caches.pods.put(made('new', { spec: {} }));
      expect(woken.take()).to.deep.equal([]);
    });

    it('a policy or profile: the nodes of the pods it selects, and of those it selected', () => {
      for (const kind of [caches.policies, caches.profiles]) {
        kind.put(made('p', { spec: selects('a') }));
        expect(woken.take()).to.deep.equal(['n1']);
        kind.put(made('p', { spec: selects('b'), generation: 2 }));
        expect(woken.take()).to.deep.equal(['n1', 'n2']);
        kind.remove(made('p', { spec: selects('b'), generation: 2 }));
        expect(woken.take()).to.deep.equal(['n2']);
      }
    });

    it('a config: all nodes', () => {
      caches.nodeConfigs.put(global('c'));
      expect(woken.take()).to.deep.equal(['n1', 'n2', 'n3']);
    });

    it('a status of any of our kinds: none', () => {
      const kinds = [caches.policies, caches.profiles, caches.nodeConfigs, caches.simulatedNodes];
      for (const kind of kinds) kind.put(global('n1', { spec: selects('a') }));
      woken.take();
      for (const kind of kinds) kind.put(global('n1', { spec: selects('a'), status: { some: 'news' } }));
      expect(woken.take()).to.deep.equal([]);
    });

    it('a SimulatedNode that somebody deleted: its node', () => {
      caches.simulatedNodes.put(global('n2'));
      woken.take();
      caches.simulatedNodes.remove(global('n2'));
      expect(woken.take()).to.deep.equal(['n2']);
    });
  });

  describe('of policies', () => {
    beforeEach(() => {
      caches.policies.put(made('p', { spec: selects('a') }));
      caches.policies.put(made('q', { spec: selects('b') }));
      watching((context) => new PolicyController(context));
    });

    it('another policy’s spec: all of its namespace; its status: itself', () => {
      caches.policies.put(made('q', { spec: selects('a'), generation: 2 }));
      expect(woken.take()).to.deep.equal(['shop/p', 'shop/q']);
      caches.policies.put(made('q', { spec: selects('a'), generation: 2, status: {} }));
      expect(woken.take()).to.deep.equal(['shop/q']);
    });

    it('a SimulatedNode: the policies that decide something on it, or did', () => {
      caches.simulatedNodes.put(global('n1', { status: { cgroups: [cgroup('p', 1)] } }));
      expect(woken.take()).to.deep.equal(['shop/p']);
      caches.simulatedNodes.put(global('n1', { status: { cgroups: [cgroup('q', 1)] } }));
      expect(woken.take()).to.deep.equal(['shop/p', 'shop/q']);
      caches.simulatedNodes.put(global('n2', { status: { cgroups: [] } }));
      expect(woken.take()).to.deep.equal([]);
    });
  });

  describe('of profiles', () => {
    beforeEach(() => {
      caches.profiles.put(made('p', { spec: selects('a') }));
      caches.profiles.put(made('q', { spec: selects('b') }));
      watching((context) => new ProfileController(context));
    });

    it('a pod of the namespace, or another profile’s spec', () => {
      caches.pods.put(made('c', { spec: {} }));
      expect(woken.take()).to.deep.equal(['shop/p', 'shop/q']);
      caches.profiles.put(made('q', { spec: selects('a'), generation: 2 }));
      expect(woken.take()).to.deep.equal(['shop/p', 'shop/q']);
    });

    it('its own status alone: itself', () => {
      caches.profiles.put(made('q', { spec: selects('b'), status: {} }));
      expect(woken.take()).to.deep.equal(['shop/q']);
    });
  });

  describe('of node configs', () => {
    const inEffect = {
      config: { name: 'c', generation: 1 },
      conditions: [{ type: 'Ready', status: 'True' }],
    };

    beforeEach(() => {
      caches.nodeConfigs.put(global('c'));
      caches.simulatedNodes.put(global('n1', { status: inEffect }));
      watching((context) => new NodeConfigController(context));
    });

    it('a node’s labels, not its heartbeats', () => {
      caches.nodes.put(global('n1', { status: { heartbeat: 1 } }));
      expect(woken.take()).to.deep.equal([]);
      caches.nodes.put(global('n1', { labels: { big: 'yes' } }));
      expect(woken.take()).to.deep.equal(['c']);
    });

    it('the config in effect on a SimulatedNode and its conditions, not its numbers', () => {
      caches.simulatedNodes.put(global('n1', { status: { ...inEffect, vmstat: { pgfault: 1 } } }));
      expect(woken.take()).to.deep.equal([]);
      caches.simulatedNodes.put(
        global('n1', { status: { ...inEffect, config: { name: 'd', generation: 1 } } }),
      );
      expect(woken.take()).to.deep.equal(['c']);
    });
  });
});
