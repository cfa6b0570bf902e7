import { expect } from 'chai';

import { missingPods } from '../../../src/cli/expand/missing-pods.ts';
import { workloadPods } from '../../../src/cli/expand/workload-pods.ts';
import { node, objectsIn, workloadIn } from '../builders.ts';

const workload = (
  kind: string,
  spec = '',
  podSpec = '',
): string => `apiVersion: ${kind === 'Job' ? 'batch/v1' : 'apps/v1'}
kind: ${kind}
metadata: {name: web, namespace: shop}
spec:
  ${spec}
  ${kind === 'Job' ? '' : 'selector: {matchLabels: {app: web}}'}
  template:
    metadata: {labels: {app: web}}
    spec:
      ${podSpec}
      containers: [{name: app}]
`;

const names = (text: string, nodes = [node('n0')]): readonly (string | undefined)[] =>
  workloadPods(workloadIn(text), nodes).map(({ metadata }) => metadata?.name);

describe('pods of a Deployment', () => {
  it('are named after the hash of the template, like those of its ReplicaSet', () => {
    const all = names(workload('Deployment', 'replicas: 3'));
    expect(all).to.have.length(3);
    expect(new Set(all).size).to.equal(3);
    for (const name of all)
      expect(name).to.match(/^web-[bcdfghjklmnpqrstvwxz2456789]{10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/u);
  });

  it('are one without replicas, and none with 0', () => {
    expect(names(workload('Deployment'))).to.have.length(1);
    expect(names(workload('Deployment', 'replicas: 0'))).to.have.length(0);
  });

  it('have the same names and uids every time, and others after a change of the template', () => {
    const text = workload('Deployment', 'replicas: 2');
    const pods = workloadPods(workloadIn(text), []);
    expect(workloadPods(workloadIn(text), [])).to.deep.equal(pods);
    const changed = text.replace('{name: app}', '{name: app, image: other}');
    expect(names(changed)).to.not.deep.equal(names(text));
  });

  it('belong to the ReplicaSet, have the labels of template and hash, and a UUID', () => {
    const [pod] = workloadPods(workloadIn(workload('Deployment')), []);
    const { namespace, labels, ownerReferences, uid } = pod?.metadata ?? {};
    const hash = labels?.['pod-template-hash'] ?? '';
    expect(namespace).to.equal('shop');
    expect(labels).to.deep.equal({ app: 'web', 'pod-template-hash': hash });
    expect(ownerReferences?.[0]).to.include({ kind: 'ReplicaSet', name: `web-${hash}`, controller: true });
    expect(uid).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u);
  });
});

describe('pods of the other controllers', () => {
  it('of a ReplicaSet have five characters after its name', () => {
    for (const name of names(workload('ReplicaSet', 'replicas: 2')))
      expect(name).to.match(/^web-[a-z0-9]{5}$/u);
  });

  it('of a StatefulSet are numbered, from its first ordinal', () => {
    expect(names(workload('StatefulSet', 'replicas: 2'))).to.deep.equal(['web-0', 'web-1']);
    const from5 = workload('StatefulSet', 'replicas: 2\n  ordinals: {start: 5}');
    expect(names(from5)).to.deep.equal(['web-5', 'web-6']);
  });

  it('of a DaemonSet are one per node that it matches, also on a cordoned one', () => {
    const nodes = [
      node('fast', { metadata: { name: 'fast', labels: { disk: 'ssd' } } }),
      node('slow'),
      node('cordoned', {
        metadata: { name: 'cordoned', labels: { disk: 'ssd' } },
        spec: { unschedulable: true },
      }),
    ];
    expect(names(workload('DaemonSet'), nodes)).to.have.length(3);
    expect(names(workload('DaemonSet', '', 'nodeSelector: {disk: ssd}'), nodes)).to.have.length(2);
  });

  const jobs: readonly (readonly [string, number])[] = [
    ['', 1],
    ['parallelism: 3', 3],
    ['parallelism: 3\n  completions: 2', 2],
    ['completions: 5', 1],
    ['parallelism: 2\n  suspend: true', 0],
  ];
  for (const [spec, count] of jobs) {
    it(`of a Job are as many as run at once: {${spec.replace(/\s+/gu, ' ')}} → ${count}`, () =>
      expect(names(workload('Job', spec))).to.have.length(count));
  }

  it('of an indexed Job have their index in name and labels', () => {
    const [pod] = workloadPods(workloadIn(workload('Job', 'completionMode: Indexed')), []);
    expect(pod?.metadata?.name).to.match(/^web-0-[a-z0-9]{5}$/u);
    expect(pod?.metadata?.labels).to.include({
      'job-name': 'web',
      'batch.kubernetes.io/job-completion-index': '0',
    });
  });
});

describe('manifests exported from a cluster', () => {
  const owned = (name: string, owner: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  ownerReferences: [{apiVersion: apps/v1, kind: ${owner}, name: web, uid: u, controller: true}]
spec: {nodeName: n0, containers: [{name: app}]}
`;
  const missing = (...texts: readonly string[]): readonly (string | undefined)[] => {
    const { workloads, pods } = objectsIn(texts.join('---\n'));
    return missingPods(workloads, pods, [node('n0'), node('n1')]).map(({ metadata }) => metadata?.name);
  };

  it('do not get the pods again that they hold', () => {
    const set = workload('StatefulSet', 'replicas: 3');
    expect(missing(set, owned('web-1', 'StatefulSet'))).to.deep.equal(['web-0', 'web-2']);
    expect(missing(workload('ReplicaSet', 'replicas: 2'), owned('web-x', 'ReplicaSet'))).to.have.length(1);
    expect(missing(workload('DaemonSet'), owned('web-x', 'DaemonSet'))).to.have.length(1);
  });

  it('do not get the pods of a Deployment beside those of its ReplicaSet', () => {
    const replicaSet = workload('ReplicaSet', 'replicas: 1').replace(
      '{name: web, namespace: shop}',
      '{name: web-1, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u, controller: true}]}',
    );
    expect(missing(workload('Deployment', 'replicas: 1'), replicaSet)).to.have.length(1);
  });
});
