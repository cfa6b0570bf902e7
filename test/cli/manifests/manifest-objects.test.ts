import { expect } from 'chai';

import { messagesFor, objectsIn } from '../builders.ts';

const podText = (name: string, extra = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers:\n    - name: app\n${extra}`;

const deployment = (selector: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  ${selector}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app}]}
`;

describe('what is wrong with manifests', () => {
  const cases: readonly (readonly [what: string, text: string, messages: readonly string[]])[] = [
    [
      'a value of our kinds that does not exist',
      `apiVersion: numasim.dev/v1alpha1
kind: NumaBalancingPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector: {}
  memoryPolicy:
    mode: Everywhere
`,
      [
        'demo.yaml:9: NumaBalancingPolicy team-a/web: spec.memoryPolicy.mode: must be one of Default, Local, Preferred, PreferredMany, Bind, Interleave, WeightedInterleave, is "Everywhere"',
      ],
    ],
    [
      'fields our kinds do not have, and more than one error at a time',
      'apiVersion: numasim.dev/v1alpha1\nkind: NumaNodeConfig\nmetadata: {name: a}\nspec:\n  numaBalancing: 9\n  numaBalancin: 1\n',
      [
        'demo.yaml:5: NumaNodeConfig a: spec.numaBalancing: must be at most 7, is 9',
        'demo.yaml:6: NumaNodeConfig a: spec.numaBalancin: is no field of this object',
      ],
    ],
    [
      'a version of our kinds that does not exist',
      'apiVersion: numasim.dev/v1\nkind: MemoryProfile\nmetadata: {name: a}\n',
      ['demo.yaml:1: MemoryProfile a: apiVersion: must be numasim.dev/v1alpha1, is "numasim.dev/v1"'],
    ],
    [
      'a quantity that is none',
      podText('a', '      resources:\n        requests:\n          cpu: two\n'),
      [
        'demo.yaml:9: Pod a: spec.containers[0].resources.requests.cpu: must be a quantity such as 500m or 64Mi, is "two"',
      ],
    ],
    [
      'a request above the limit',
      podText('a', '      resources:\n        requests: {memory: 2Gi}\n        limits: {memory: 1Gi}\n'),
      [
        'demo.yaml:8: Pod a: spec.containers[0].resources.requests.memory: must be at most the limit of 1Gi, is "2Gi"',
      ],
    ],
    [
      'a container without a name, and one twice',
      podText('a', '    - image: x\n    - name: app\n'),
      ['demo.yaml:7: Pod a: spec.containers[1].name: is required'],
    ],
    [
      'two containers of one name',
      podText('a', '    - name: app\n'),
      ['demo.yaml:7: Pod a: spec.containers[1].name: appears twice in the pod'],
    ],
    [
      'a pod without containers',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n',
      ['demo.yaml:4: Pod a: spec.containers: is required'],
    ],
    [
      'an object without a name',
      'apiVersion: v1\nkind: Node\nmetadata:\n  labels: {a: b}\n',
      ['demo.yaml:3: Node: metadata.name: is required'],
    ],
    [
      'a label that is no text',
      'apiVersion: v1\nkind: Node\nmetadata:\n  name: n\n  labels:\n    version: 2\n',
      ['demo.yaml:6: Node n: metadata.labels.version: must be text, is 2'],
    ],
    [
      'fewer than no replicas',
      deployment('replicas: -1\n  selector: {matchLabels: {app: web}}'),
      ['demo.yaml:5: Deployment shop/web: spec.replicas: must be at least 0, is -1'],
    ],
    [
      'more replicas than any cluster runs',
      deployment('replicas: 1000000000\n  selector: {matchLabels: {app: web}}'),
      ['demo.yaml:5: Deployment shop/web: spec.replicas: must be at most 100000, is 1000000000'],
    ],
    [
      'a selector that does not select its own pods',
      deployment('selector: {matchLabels: {app: wbe}}'),
      ['demo.yaml:5: Deployment shop/web: spec.selector: must match the labels of spec.template.metadata'],
    ],
    [
      'a workload without a selector',
      deployment('replicas: 1'),
      ['demo.yaml:4: Deployment shop/web: spec.selector: is required'],
    ],
    [
      'a version that no API server serves any more',
      'apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: web}\n',
      ['demo.yaml:1: Deployment web: apiVersion: must be apps/v1, is extensions/v1beta1'],
    ],
    [
      'two objects of one kind, namespace and name',
      `${podText('a')}---\n${podText('a').replace('{name: a}', '{name: a, namespace: default}')}`,
      ['demo.yaml:8: Pod default/a: is already defined at demo.yaml:1'],
    ],
  ];
  for (const [what, text, messages] of cases) {
    it(`is said with file, line and field: ${what}`, () => expect(messagesFor(text)).to.deep.equal(messages));
  }
});

describe('what manifests may hold', () => {
  it('is the same name in two namespaces, and of two kinds', () => {
    const other = podText('a').replace('{name: a}', '{name: a, namespace: other}');
    const twoKinds = 'apiVersion: v1\nkind: Node\nmetadata: {name: a}\n';
    expect(messagesFor([podText('a'), other, twoKinds].join('---\n'))).to.deep.equal([]);
  });

  it('is any field of Kubernetes that numasim does not know', () =>
    expect(
      messagesFor(podText('a', '      ports: [{containerPort: 80}]\n  hostNetwork: true\n')),
    ).to.deep.equal([]));

  it('is a null for an absent field, as for the API server', () =>
    expect(messagesFor(podText('a', '      resources:\n  nodeSelector:\n'))).to.deep.equal([]));

  it('gets the namespace default if its kind has namespaces', () => {
    const { pods, nodes } = objectsIn(
      `${podText('a')}---\napiVersion: v1\nkind: Node\nmetadata: {name: n}\n`,
    );
    expect(pods[0]?.metadata?.namespace).to.equal('default');
    expect(nodes[0]?.metadata).to.not.have.property('namespace');
  });
});

describe('objects without a part in the simulation', () => {
  const bare = (apiVersion: string, kind: string): string =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n`;

  it('are counted in one line', () => {
    const text = [bare('v1', 'Service'), bare('v1', 'ConfigMap'), bare('v1', 'Service')].join('---\n');
    expect(objectsIn(text).notes).to.deep.equal([
      'left out, no part of the simulation: 2 Service, 1 ConfigMap',
    ]);
  });

  it('are passed over in silence if they belong to any manifest', () => {
    const text = [
      bare('v1', 'Namespace'),
      bare('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
      bare('kustomize.config.k8s.io/v1beta1', 'Kustomization'),
    ].join('---\n');
    expect(objectsIn(text).notes).to.deep.equal([]);
  });

  it('are named if they would have made pods', () =>
    expect(objectsIn(bare('batch/v1', 'CronJob')).notes).to.deep.equal([
      'demo.yaml:1: CronJob x: its pods are not simulated',
    ]));

  it('include the SimulatedNodes of an earlier run', () => {
    const { numasim, notes } = objectsIn(bare('numasim.dev/v1alpha1', 'SimulatedNode'));
    expect(numasim).to.deep.equal([]);
    expect(notes[0]).to.include('1 SimulatedNode');
  });
});
