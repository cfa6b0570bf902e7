import { expect } from 'chai';

import { fieldsWithoutBehaviour, notImplementedMessage } from '../../src/api/not-implemented.ts';
import type { SpecOfKind } from '../../src/api/not-implemented.ts';
import { parseObject } from '../../src/api/parse-object.ts';
import { nodeConfig, policy, process, region } from './build-object.ts';
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
    expect(pathsOf(nodeConfig({ costs: {}, simulation: { pageSampling: 2 } }))).to.deep.equal([
      'spec.costs',
      'spec.simulation.pageSampling',
    ]);
  });

  it('are named with their place in a profile', () =>
    expect(
      pathsOf(
        process({
          regions: [
            { name: 'a', size: '1Mi' },
            { name: 'b', size: '1Mi', hugePages: 'Always' },
          ],
        }),
      ),
    ).to.deep.equal(['spec.containers[0].processes[0].regions[1].hugePages']));

  it('make one message for the condition', () =>
    expect(
      notImplementedMessage([
        { path: 'spec.a', instead: 'x' },
        { path: 'spec.b', instead: 'y' },
      ]),
    ).to.equal('spec.a: x; spec.b: y'));
});
