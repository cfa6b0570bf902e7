import { expect } from 'chai';

import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { KubectlResult } from '../control-plane/kubectl.ts';
import { usesExistingCluster } from '../control-plane/obtain-cluster.ts';
import { startControlPlane } from '../control-plane/start-control-plane.ts';
import { operatorServiceAccount } from '../control-plane/users.ts';

const base = new URL('../../manifests/base', import.meta.url).pathname;
const kindSample = new URL('../../manifests/samples/kind', import.meta.url).pathname;
const { namespace, name: serviceAccount } = operatorServiceAccount;

/** All that the operator may do beyond what everybody may: verbs by `group/resource`. */
const operatorRights: Readonly<Record<string, readonly string[]>> = {
  '/nodes': ['list', 'watch'],
  '/pods': ['list', 'watch'],
  'numasim.dev/memoryprofiles': ['get', 'list', 'watch'],
  'numasim.dev/numabalancingpolicies': ['get', 'list', 'watch'],
  'numasim.dev/numanodeconfigs': ['get', 'list', 'watch'],
  'numasim.dev/simulatednodes': ['create', 'delete', 'get', 'list', 'patch', 'watch'],
  'numasim.dev/memoryprofiles/status': ['patch'],
  'numasim.dev/numabalancingpolicies/status': ['patch'],
  'numasim.dev/numanodeconfigs/status': ['patch'],
  'numasim.dev/simulatednodes/status': ['patch'],
  'events.k8s.io/events': ['create', 'patch'],
};

const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'manifests-test' },
  status: {
    allocatable: { cpu: '8', memory: '16Gi', pods: '110' },
    capacity: { cpu: '8', memory: '16Gi', pods: '110' },
  },
};

const simulatedNode = {
  apiVersion: 'numasim.dev/v1alpha1',
  kind: 'SimulatedNode',
  metadata: { name: 'rights' },
};

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

describe('manifests/base on a real API server', () => {
  let cluster: ControlPlane;
  let applied: KubectlResult;
  let rightsBefore: readonly string[];

  before(async function () {
    // It removes what it installs, and somebody may use numasim in a cluster that existed.
    if (usesExistingCluster()) this.skip();
    cluster = await startControlPlane();
    rightsBefore = await rights();
    applied = await cluster.tryKubectl(['apply', '--server-side', '-k', base]);
    if (applied.exitCode !== 0) throw new Error(applied.stderr);
  });
  after(async () => {
    // Undefined when it was skipped or did not start.
    await (cluster as ControlPlane | undefined)?.stop();
  });

  /** What the operator may do, as `verb group/resource`, rules for single objects left out. */
  async function rights(): Promise<readonly string[]> {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: 'default' },
    };
    const answer = await cluster.kubectl(['create', '--validate=false', '-f', '-', '-o', 'json'], {
      as: 'operator',
      input: JSON.stringify(review),
    });
    const { status } = JSON.parse(answer) as { readonly status: { readonly resourceRules: readonly Rule[] } };
    return status.resourceRules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    );
  }

  async function asOperator(args: readonly string[], object?: unknown): Promise<KubectlResult> {
    const input = object === undefined ? {} : { input: JSON.stringify(object) };
    return await cluster.tryKubectl(args, { as: 'operator', ...input });
  }

  it('is accepted as a whole, without a warning', () => {
    expect(applied).to.include({ exitCode: 0, stderr: '' });
    expect(applied.stdout).to.contain(`deployment.apps/numasim serverside-applied`);
  });

  it('is unchanged by a second apply', async () => {
    const generation = [
      'get',
      'deployment',
      'numasim',
      '-n',
      namespace,
      '-o',
      'jsonpath={.metadata.generation}',
    ];
    const before = await cluster.kubectl(generation);
    await cluster.kubectl(['apply', '--server-side', '-k', base]);
    expect(await cluster.kubectl(generation))
      .to.equal(before)
      .and.not.equal('');
  });

  it('serves the four kinds', async () => {
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const kinds = await cluster.kubectl(['api-resources', '--api-group=numasim.dev', '-o', 'name']);
    expect(kinds.trim().split('\n')).to.have.members([
      'memoryprofiles.numasim.dev',
      'numabalancingpolicies.numasim.dev',
      'numanodeconfigs.numasim.dev',
      'simulatednodes.numasim.dev',
    ]);
  });

  it('brings a node config for kind that the API server accepts', async () => {
    expect(await cluster.kubectl(['apply', '--dry-run=server', '-f', kindSample])).to.contain(
      'numanodeconfig.numasim.dev/kind created (server dry run)',
    );
  });

  describe('the namespace', () => {
    it('refuses a pod that is not restricted', async () => {
      const refused = await cluster.tryKubectl(['run', 'bad', '--image=bad', '-n', namespace]);
      expect(refused.exitCode).to.equal(1);
      expect(refused.stderr).to.contain('violates PodSecurity "restricted:latest"');
    });

    it('runs the operator’s pod, with its ServiceAccount and a token', async function () {
      const { controllers, scheduler, kwok } = cluster.capabilities;
      if (!controllers || !scheduler || !kwok) this.skip();
      await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(node) });
      await cluster.kubectl([
        'wait',
        '--for=condition=Available',
        'deployment/numasim',
        '-n',
        namespace,
        '--timeout=60s',
      ]);
      const pods = JSON.parse(await cluster.kubectl(['get', 'pods', '-n', namespace, '-o', 'json'])) as {
        readonly items: readonly {
          readonly spec: {
            readonly serviceAccountName: string;
            readonly volumes?: readonly { readonly projected?: object }[];
          };
          readonly status: { readonly phase: string };
        }[];
      };
      expect(pods.items).to.have.length(1);
      expect(pods.items[0]?.status.phase).to.equal('Running');
      expect(pods.items[0]?.spec.serviceAccountName).to.equal(serviceAccount);
      expect(pods.items[0]?.spec.volumes?.filter(({ projected }) => projected)).to.have.length(1);
    });
  });

  describe('the operator’s ServiceAccount', () => {
    it('has exactly the rights it needs', async () => {
      const wanted = Object.entries(operatorRights).flatMap(([resource, verbs]) =>
        verbs.map((verb) => `${verb} ${resource}`),
      );
      const granted = (await rights()).filter((right) => !rightsBefore.includes(right));
      expect(granted).to.have.members(wanted);
    });

    it('can create, update and delete a SimulatedNode by server-side apply', async () => {
      const apply = ['apply', '--server-side', '--field-manager=numasim', '-f', '-'];
      expect(await asOperator(apply, simulatedNode)).to.include({ exitCode: 0 });
      const labelled = { ...simulatedNode, metadata: { ...simulatedNode.metadata, labels: { a: 'b' } } };
      expect(await asOperator(apply, labelled)).to.include({ exitCode: 0 });
      const withStatus = { ...simulatedNode, status: { observedGeneration: 1 } };
      expect(await asOperator([...apply, '--subresource=status'], withStatus)).to.include({ exitCode: 0 });
      expect(
        await cluster.kubectl(['get', 'simnode', 'rights', '-o', 'jsonpath={.status.observedGeneration}']),
      ).to.equal('1');
      expect(await asOperator(['delete', 'simnode', 'rights'])).to.include({ exitCode: 0 });
    });

    const forbidden: readonly (readonly string[])[] = [
      ['get', 'secrets', '-A'],
      ['get', 'configmaps', '-A'],
      ['delete', 'pod', 'any', '-n', 'default'],
      ['delete', 'node', 'manifests-test'],
      ['delete', 'nbp', 'any', '-n', 'default'],
      ['create', 'namespace', 'no'],
      ['delete', 'crd', 'simulatednodes.numasim.dev'],
      ['create', 'clusterrolebinding', 'no', '--clusterrole=cluster-admin', '--user=no'],
    ];
    for (const args of forbidden) {
      it(`may not ${args.join(' ')}`, async () => {
        const answer = await asOperator(args);
        expect(answer.exitCode).to.equal(1);
        expect(answer.stderr).to.contain('forbidden').and.contain(serviceAccount);
      });
    }
  });

  describe('people', () => {
    before(function () {
      if (!cluster.capabilities.controllers) this.skip();
    });

    /** Aggregation takes the controller a moment. */
    async function allows(role: string, verb: string, resource: string): Promise<boolean> {
      const found = await cluster.kubectl(['get', 'clusterrole', role, '-o', 'json']);
      const { rules } = JSON.parse(found) as { readonly rules: readonly Rule[] };
      return rules.some(
        ({ apiGroups, resources, verbs }) =>
          apiGroups.includes('numasim.dev') && resources.includes(resource) && verbs.includes(verb),
      );
    }

    for (const role of ['view', 'edit', 'admin']) {
      it(`who may ${role} a namespace may read all four kinds`, async () => {
        await cluster.until(
          'the roles are aggregated',
          async () => await allows(role, 'list', 'simulatednodes'),
        );
        expect(await allows(role, 'watch', 'numabalancingpolicies')).to.equal(true);
      });
    }

    it('who may edit a namespace may write policies and profiles, not nodes’ kernels', async () => {
      await cluster.until(
        'the roles are aggregated',
        async () => await allows('admin', 'create', 'numabalancingpolicies'),
      );
      expect(await allows('edit', 'patch', 'memoryprofiles')).to.equal(true);
      expect(await allows('edit', 'patch', 'numanodeconfigs')).to.equal(false);
      expect(await allows('admin', 'create', 'simulatednodes')).to.equal(false);
      expect(await allows('view', 'create', 'numabalancingpolicies')).to.equal(false);
    });
  });

  // Last: mocha runs the tests of a block before its inner blocks.
  describe('kubectl delete -k', () => {
    it('leaves nothing', async function () {
      if (!cluster.capabilities.controllers) this.skip();
      const ours = [
        'get',
        'namespace,crd,clusterrole,clusterrolebinding',
        '-l',
        'app.kubernetes.io/name=numasim',
        '-o',
        'name',
      ];
      expect((await cluster.kubectl(ours)).trim().split('\n')).to.have.length(9);
      await cluster.kubectl(['delete', '-k', base, '--timeout=60s']);
      expect(await cluster.kubectl(ours)).to.equal('');
      expect(await cluster.kubectl(['get', 'all', '-n', namespace, '-o', 'name'])).to.equal('');
      const rightsAfter = await rights();
      expect(rightsAfter).to.have.members(rightsBefore);
    });
  });
});
