import { readdirSync, statSync } from 'node:fs';

import { expect } from 'chai';

import { loadObjects } from '../../src/cli/load-objects.ts';
import { desiredNode } from '../../src/fleet/desired-node.ts';
import type { DesiredNode } from '../../src/fleet/desired-node.ts';
import { NodeSimulation } from '../../src/fleet/node-simulation.ts';
import { PacedNode } from '../../src/fleet/paced-node.ts';

const SAMPLES = 'manifests/samples';
const SECONDS = 20;

async function nodesOf(sample: string): Promise<readonly DesiredNode[]> {
  const readStdin = async (): Promise<string> => await Promise.resolve('');
  const time = '2026-01-01T00:00:00Z';
  const { objects } = await loadObjects({
    paths: [`${SAMPLES}/${sample}`],
    nodes: undefined,
    time,
    readStdin,
  });
  return objects.nodes.map((node) => desiredNode(node, objects));
}

/** Follows a wall clock whose speed changes again and again, with pauses, for at least the time. */
function paced(desired: DesiredNode): NodeSimulation {
  const node = new NodeSimulation(desired);
  const pace = new PacedNode(node, 0);
  const speeds = [1, 7, 0, 3];
  for (let change = 0; node.now < SECONDS * 1e9; change++) {
    const wallMs = 370 * change;
    pace.setSpeed(speeds[change % speeds.length]!, wallMs);
    while (pace.step(wallMs + 333));
  }
  return node;
}

function straight(desired: DesiredNode, untilNs: number): string | undefined {
  const node = new NodeSimulation(desired);
  node.advance(untilNs);
  return node.digest();
}

describe('the digest of every sample', () => {
  const directories = readdirSync(SAMPLES).filter((name) => statSync(`${SAMPLES}/${name}`).isDirectory());
  // Of the published scenarios one that is quick, for fixed work and machines under load.
  const samples = [...directories.filter((name) => name !== 'published'), 'published/numa02-smt'];

  for (const sample of samples) {
    it(`${sample}: is the same when it is repeated, and when the speed changes on the way`, async () => {
      for (const desired of await nodesOf(sample)) {
        const node = paced(desired);
        const digest = straight(desired, node.now);
        expect(digest).to.be.a('string');
        expect(straight(desired, node.now), 'repeated').to.equal(digest);
        expect(node.digest(), 'paced').to.equal(digest);
      }
    });
  }
});
