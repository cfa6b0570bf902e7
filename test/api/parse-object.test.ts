import { expect } from 'chai';

import { isOurs, parseObject } from '../../src/api/parse-object.ts';
import { nodeConfig, policy, profile } from './build-object.ts';
import { invalidObjects } from './invalid-objects.ts';
import { schemaNodes } from './schema-nodes.ts';
import { validObjects } from './valid-objects.ts';

/** As a YAML reader would give it: a field that is undefined is not there. */
function asJson(object: unknown): unknown {
  return JSON.parse(JSON.stringify(object)) as unknown;
}

function issuesOf(object: unknown): readonly string[] {
  const result = parseObject(asJson(object));
  return result.ok ? [] : result.issues.map(({ path, message }) => `${path}: ${message}`);
}

describe('local validation', () => {
  describe('refuses, naming the field and what it must be:', () => {
    for (const { what, object, path, message } of invalidObjects) {
      it(`${object.kind}: ${what}`, () => {
        const issues = issuesOf(object);
        expect(issues).to.have.lengthOf(1);
        expect(issues[0]?.startsWith(`${path}: `), issues[0]).to.equal(true);
        expect(issues[0]).to.include(message);
      });
    }
  });

  describe('accepts', () => {
    for (const { what, object } of validObjects) {
      it(`${object.kind}: ${what}`, () => expect(issuesOf(object)).to.deep.equal([]));
    }
  });

  it('has an example in the table for every rule of the CRDs', () => {
    const rules = schemaNodes().flatMap(([, node]) => node['x-kubernetes-validations'] ?? []);
    expect(rules.length).to.be.greaterThan(40);
    const unseen = rules.filter(
      ({ message }) => !invalidObjects.some((each) => message.includes(each.message)),
    );
    expect(unseen).to.deep.equal([]);
  });

  it('reports everything that is wrong at once', () => {
    const issues = issuesOf(policy({ balancing: 'On', priority: 'high', extra: 1, more: 2 }));
    expect(issues.map((issue) => issue.split(':')[0])).to.have.members([
      'spec.balancing',
      'spec.priority',
      'spec.extra',
      'spec.more',
    ]);
  });

  it('fills in the static defaults, as the API server does', () => {
    const result = parseObject(asJson(profile([{ name: 'app', processes: [{}] }])));
    expect(result).to.have.nested.property('object.spec.containers[0].processes[0]').that.deep.equals({
      threads: 1,
      cpuPercent: 100,
      startupSystemMs: 0,
      runs: 1,
    });
  });

  it('leaves its input as it was', () => {
    const input = asJson(nodeConfig());
    parseObject(input);
    expect(input).to.deep.equal(asJson(nodeConfig()));
  });

  describe('before the fields', () => {
    it('refuses what is no object', () => {
      for (const value of [null, [], 'text', 3, undefined]) {
        expect(parseObject(value))
          .to.have.nested.property('issues[0].message')
          .that.includes('must be an object');
      }
    });

    it('refuses another version, naming ours', () => {
      expect(issuesOf({ ...policy(), apiVersion: 'numasim.dev/v1' })).to.deep.equal([
        'apiVersion: must be numasim.dev/v1alpha1, is "numasim.dev/v1"',
      ]);
    });

    it('refuses an unknown kind, naming ours', () => {
      expect(issuesOf({ ...policy(), kind: 'NumaPolicy' })).to.deep.equal([
        'kind: must be one of NumaBalancingPolicy, NumaNodeConfig, MemoryProfile, SimulatedNode, is "NumaPolicy"',
      ]);
    });

    it('refuses an object without a name, or with one no object can have', () => {
      expect(issuesOf(policy({}, {}))).to.deep.equal(['metadata.name: is required']);
      expect(issuesOf(policy({}, { name: 'My Policy' }))[0]).to.include(
        'metadata.name: must be lower-case letters',
      );
    });

    it('knows the objects of our group from others', () => {
      expect(isOurs(policy())).to.equal(true);
      expect(isOurs({ apiVersion: 'numasim.dev/v2' })).to.equal(true);
      expect(isOurs({ apiVersion: 'numasim.device/v1' })).to.equal(false);
      expect(isOurs({ apiVersion: 'v1', kind: 'Pod' })).to.equal(false);
      expect(isOurs(null)).to.equal(false);
    });
  });

  it('reads back what kubectl get -o yaml prints', () => {
    const printed = policy(
      {},
      {
        name: 'example',
        namespace: 'default',
        uid: 'a',
        resourceVersion: '1',
        generation: 1,
        creationTimestamp: '2025-02-01T00:00:00Z',
        managedFields: [{ manager: 'kubectl' }],
      },
    );
    expect(issuesOf(printed)).to.deep.equal([]);
  });
});
