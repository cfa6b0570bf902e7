import { expect } from 'chai';

import { fieldsWithoutBehaviour, notImplementedMessage } from '../../src/api/not-implemented.ts';
import type { SpecOfKind } from '../../src/api/not-implemented.ts';
import { parseObject } from '../../src/api/parse-object.ts';
import { nodeConfig, policy, process, region, topology, twoNodes } from './build-object.ts';
import type { Manifest } from './build-object.ts';

function pathsOf(manifest: Manifest): readonly string[] {
  const result = parseObject(manifest);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return fieldsWithoutBehaviour(result.object as unknown as SpecOfKind).map(({ path }) => path);
}

describe('fields without behaviour', () => {
  it('are none in objects that ask for nothing special', () => {
    for (const manifest of [policy(), nodeConfig(), region({})]) expect(pathsOf(manifest)).to.deep.equal([]);
  });

  it('are named where they are set', () => {
    expect(pathsOf(policy({ balancing: 'Auto' }))).to.deep.equal(['spec.balancing']);
    expect(
      pathsOf(
        nodeConfig({
          kernel: { swapSkipsMmLess: false },
          simulation: { pageSampling: 2 },
        }),
      ),
    ).to.deep.equal(['spec.kernel.swapSkipsMmLess', 'spec.simulation.pageSampling']);
  });

  it('are none of those that act by now', () => {
    const memoryPolicies = [{ mode: 'WeightedInterleave' }, { mode: 'PreferredMany' }];
    const manifests = [
      ...memoryPolicies.map((one) => policy({ memoryPolicy: { ...one, nodes: '0-1' } })),
      ...['Sequential', 'Strided', 'Zipf'].map((pattern) => region({ pattern })),
      ...['Advise', 'Always'].map((hugePages) => region({ hugePages })),
      process({
        regions: [{ name: 'a', size: '1Mi' }],
        phases: [{ after: '1s', regions: [{ name: 'a', touchesPerSecond: 1 }] }],
      }),
      nodeConfig({ rfc: { version: 'AllAncestors', sentinel: 'AsPosted', thpMarking: 'Fixed' } }),
      nodeConfig({ costs: { markPageNs: 1, hintFaultNs: 1, migrateBasePageNs: 1, migrateHugePageNs: 1 } }),
      nodeConfig({ costs: { set: 'High', localLatencyNs: 90, nodeBandwidthMBps: 1 } }),
      topology({
        ...twoNodes,
        latencyNs: [
          [90, 150],
          [150, 90],
        ],
      }),
    ];
    for (const manifest of manifests) expect(pathsOf(manifest)).to.deep.equal([]);
  });

  it('make one message for the condition', () =>
    expect(
      notImplementedMessage([
        { path: 'spec.a', instead: 'x' },
        { path: 'spec.b', instead: 'y' },
      ]),
    ).to.equal('spec.a: x; spec.b: y'));
});
