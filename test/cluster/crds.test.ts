import { expect } from 'chai';

import { customResourceDefinitions } from '../../src/api/crds.ts';
import { kindDefinitions } from '../../src/api/kinds.ts';
import { parseObject } from '../../src/api/parse-object.ts';
import type { Manifest } from '../api/build-object.ts';
import { nodeConfig, policy, profile, simulatedNode } from '../api/build-object.ts';
import { invalidObjects } from '../api/invalid-objects.ts';
import { validObjects } from '../api/valid-objects.ts';
import type { Cluster } from '../control-plane/cluster.ts';
import type { KubectlResult } from '../control-plane/kubectl.ts';
import { obtainCluster } from '../control-plane/obtain-cluster.ts';

const crdDirectory = new URL('../../crds/', import.meta.url).pathname;
const crdNames = customResourceDefinitions().map(({ metadata }) => `crd/${metadata.name}`);

/**
 * One object of each kind that exists: `kubectl get` prints columns only then, and a status is looked at only when it is
 * written to an object that exists. They select nothing, in case the cluster runs an operator.
 */
const name = 'crds-test';
const nothing = { matchLabels: { 'numasim.dev/test': 'none' } };
const existing: readonly Manifest[] = [
  policy({ podSelector: nothing }, { name, namespace: 'default' }),
  nodeConfig({ nodeSelector: nothing }, { name }),
  profile([{ name: 'app', processes: [{}] }], { podSelector: nothing }, { name, namespace: 'default' }),
  { ...simulatedNode({}), metadata: { name } },
];

/** Part of the API server's OpenAPI document. */
interface OpenApiNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, OpenApiNode>>;
  readonly items?: OpenApiNode;
  readonly additionalProperties?: OpenApiNode;
}

describe('the CRDs on a real API server', () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await obtainCluster();
    await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', crdDirectory]);
    await cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...crdNames]);
    await cluster.kubectl(['apply', '-f', '-'], {
      input: existing.map((each) => JSON.stringify(each)).join('\n'),
    });
  });
  after(async () => {
    // Undefined when the cluster did not start.
    const started = cluster as Cluster | undefined;
    await started?.tryKubectl(['delete', 'nbp,nnc,mprof,simnode', name, '--ignore-not-found']);
    await started?.stop();
  });

  async function submit(object: Manifest): Promise<KubectlResult> {
    const isStatus = object.kind === 'SimulatedNode' && 'status' in object && !('spec' in object);
    const metadata = isStatus ? { name } : object.metadata;
    const verb = isStatus ? ['replace', '--subresource=status'] : ['create'];
    return await cluster.tryKubectl(
      [...verb, '--dry-run=server', '--validate=strict', '-o', 'json', '-f', '-'],
      { input: JSON.stringify({ ...object, metadata }) },
    );
  }

  it('are accepted as they are, without a warning', async () => {
    const { exitCode, stderr } = await cluster.tryKubectl([
      'apply',
      '--server-side',
      '--force-conflicts',
      '-f',
      crdDirectory,
    ]);
    expect({ exitCode, stderr }).to.deep.equal({ exitCode: 0, stderr: '' });
  });

  it('are structural, with no name taken by another kind', async () => {
    const { items } = JSON.parse(await cluster.kubectl(['get', ...crdNames, '-o', 'json'])) as {
      items: readonly { status: { conditions: readonly { type: string; status: string }[] } }[];
    };
    expect(items).to.have.lengthOf(4);
    for (const { status } of items) {
      const states = Object.fromEntries(status.conditions.map(({ type, status: state }) => [type, state]));
      expect(states).to.include({ Established: 'True', NamesAccepted: 'True' });
      expect(states).not.to.have.property('NonStructuralSchema');
    }
  });

  it('answer to their short names and to the category', async () => {
    for (const { shortName } of kindDefinitions) await cluster.kubectl(['get', shortName]);
    expect(await cluster.kubectl(['get', 'numasim'])).to.include(`simulatednode.numasim.dev/${name}`);
  });

  for (const { kind, shortName, columns } of kindDefinitions) {
    it(`print the columns of ${kind}, and more of them with -o wide`, async () => {
      const headerOf = async (...args: readonly string[]): Promise<readonly string[]> => {
        const [header = ''] = (await cluster.kubectl(['get', shortName, name, ...args])).split('\n');
        return header.trim().split(/ {2,}/u);
      };
      const namesOf = (most: number): readonly string[] =>
        columns.filter(({ priority = 0 }) => priority <= most).map((column) => column.name.toUpperCase());
      expect(await headerOf()).to.deep.equal(['NAME', ...namesOf(0)]);
      expect(await headerOf('-o', 'wide')).to.deep.equal(['NAME', ...namesOf(1)]);
    });
  }

  describe('refuse, with a message that a person understands:', () => {
    for (const { what, object, path, message, server = message } of invalidObjects) {
      it(`${object.kind}: ${what}`, async () => {
        const { exitCode, stderr } = await submit(object);
        expect(exitCode).to.equal(1);
        expect(stderr).to.include(server);
        // Of a map's value the API server says matchLabels[app] or vmstat.numa_hint_faults, by who checks it.
        expect(stderr.replaceAll(/\[([A-Za-z]\w*)\]/gu, '.$1')).to.include(path);
      });
    }
  });

  describe('accept, with the defaults that local validation fills in:', () => {
    for (const { what, object } of validObjects) {
      it(`${object.kind}: ${what}`, async () => {
        const { exitCode, stdout, stderr } = await submit(object);
        expect(exitCode, stderr).to.equal(0);
        const stored = JSON.parse(stdout) as { spec: unknown };
        expect(parseObject(object)).to.have.nested.property('object.spec').that.deep.equals(stored.spec);
      });
    }
  });

  describe('explain', () => {
    for (const { kind, plural } of kindDefinitions) {
      it(`every field of ${kind}`, async () => {
        const schema = await openApiSchema(kind);
        const { undescribed, objects } = survey(schema, plural);
        expect(undescribed).to.deep.equal([]);
        for (const [path, fields] of objects) {
          const page = await cluster.kubectl(['explain', path, '--api-version=numasim.dev/v1alpha1']);
          for (const field of fields) expect(page, path).to.match(new RegExp(`^ {2}${field}\\t`, 'mu'));
          expect(page, path).not.to.include('<no description>');
        }
      });
    }
  });

  async function openApiSchema(kind: string): Promise<OpenApiNode> {
    const document = JSON.parse(
      await cluster.kubectl(['get', '--raw', '/openapi/v3/apis/numasim.dev/v1alpha1']),
    ) as { components: { schemas: Readonly<Record<string, OpenApiNode>> } };
    const schema = document.components.schemas[`dev.numasim.v1alpha1.${kind}`];
    if (schema === undefined) throw new Error(`the API server does not describe ${kind}`);
    return schema;
  }
});

interface Survey {
  /** Fields without a description. */
  readonly undescribed: readonly string[];
  /** Every field that has fields, as `kubectl explain` names it, with the names of these. */
  readonly objects: readonly (readonly [string, readonly string[]])[];
}

function survey(node: OpenApiNode, path: string): Survey {
  const { properties } = node.items ?? node;
  if (node.items?.items !== undefined) return survey(node.items, path);
  if (properties === undefined || path.endsWith('.metadata')) return { undescribed: [], objects: [] };
  const children = Object.entries(properties);
  const below = children.map(([field, child]) => survey(child, `${path}.${field}`));
  return {
    undescribed: [
      ...children
        .filter(([field, { description }]) => description === undefined && field !== 'metadata')
        .map(([field]) => `${path}.${field}`),
      ...below.flatMap(({ undescribed }) => undescribed),
    ],
    objects: [[path, children.map(([field]) => field)], ...below.flatMap(({ objects }) => objects)],
  };
}
