import { expect } from 'chai';

import { NodeSimulation } from '../../src/fleet/node-simulation.ts';
import { PacedNode } from '../../src/fleet/paced-node.ts';
import { desired, testConfig, testPod } from './builders.ts';

const ms = 1_000_000;

function paced(spec: Readonly<Record<string, unknown>> = {}, wallMs = 0): PacedNode {
  return new PacedNode(new NodeSimulation(desired({ nodeConfigs: [testConfig('c', spec)] })), wallMs);
}

/** Steps until the node is where the wall clock says. */
function catchUp(node: PacedNode, wallMs: number): number {
  for (let steps = 0; steps < 10_000; steps++) if (!node.step(wallMs)) return node.simulation.now / ms;
  throw new Error('never arrives');
}

describe('a node whose time follows a wall clock', () => {
  it('goes as fast as told, in whole ticks', () => {
    const node = paced();
    node.setSpeed(3, 0);
    expect([100, 201, 700].map((wallMs) => catchUp(node, wallMs))).to.deep.equal([300, 600, 2100]);
  });

  it('goes in steps of at most 20 ms, and says that it is behind', () => {
    const node = paced();
    node.setSpeed(1, 0);
    expect(node.step(100)).to.equal(true);
    expect(node.simulation.now / ms).to.equal(20);
  });

  it('goes on from where it is when the speed changes', () => {
    const node = paced();
    node.setSpeed(1, 0);
    catchUp(node, 500);
    node.setSpeed(2, 500);
    expect(catchUp(node, 600)).to.equal(700);
  });

  it('stands still without a speed', () => {
    const node = paced();
    expect([node.step(5000), node.simulation.now]).to.deep.equal([false, 0]);
  });

  for (const hz of [250, 300]) {
    it(`paused, comes to rest on the next whole second (${hz} Hz)`, () => {
      const node = paced({ kernel: { hz } });
      node.setSpeed(1, 0);
      catchUp(node, 500);
      expect(node.simulation.isAtRest).to.equal(false);
      node.setSpeed(0, 500);
      catchUp(node, 510);
      const restsAt = node.simulation.now;
      expect(restsAt / ms).to.be.within(995, 1000);
      expect(node.simulation.isAtRest).to.equal(true);
      expect(node.simulation.sample({ digest: false }).kernel?.simulatedSeconds).to.equal(1);
      catchUp(node, 60_000);
      expect(node.simulation.now).to.equal(restsAt);
    });
  }

  it('gives up time that it cannot make up, and shows the speed it reached', () => {
    const node = paced();
    node.setSpeed(1, 0);
    expect(node.speedReachedPermille).to.equal(undefined);
    node.step(10_000);
    expect(node.speedReachedPermille).to.equal(2);
    expect(catchUp(node, 10_100)).to.equal(120);
  });

  it('shows full speed when it keeps up', () => {
    const node = paced();
    node.setSpeed(2, 0);
    for (let wallMs = 100; wallMs <= 6000; wallMs += 100) catchUp(node, wallMs);
    expect(node.speedReachedPermille).to.be.within(1950, 2000);
  });

  it('begins anew with a kernel that was booted anew, without making up for the time before', () => {
    const node = paced();
    node.setSpeed(1, 0);
    for (let wallMs = 500; wallMs <= 10_000; wallMs += 500) catchUp(node, wallMs);
    node.simulation.desire(
      desired({ nodeConfigs: [testConfig('c', { simulation: { seed: 3 } })], pods: [testPod('web')] }),
    );
    catchUp(node, 10_000);
    expect(node.simulation.now).to.equal(0);
    expect(catchUp(node, 10_100)).to.equal(100);
  });
});
