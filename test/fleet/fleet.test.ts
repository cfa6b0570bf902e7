import { expect } from 'chai';

import { Fleet } from '../../src/fleet/fleet.ts';
import type { FleetClock } from '../../src/fleet/fleet.ts';
import { desired, testConfig, testNode, testPod, testPolicy } from './builders.ts';

/** A wall clock that moves only when the fleet waits. */
class TestClock implements FleetClock {
  #now = 0;
  #endsAt = 0;
  #controller = new AbortController();
  readonly pauses: number[] = [];

  readonly nowMs = (): number => this.#now;

  readonly pause = async (ms: number): Promise<void> => {
    this.pauses.push(ms);
    this.#now += Math.max(1, ms);
    if (this.#now >= this.#endsAt) this.#controller.abort();
    await Promise.resolve();
  };

  /** Runs a fleet on this clock for so long. */
  async run(fleet: Fleet, forMs: number): Promise<void> {
    this.#endsAt = this.#now + forMs;
    this.#controller = new AbortController();
    await fleet.run(this.#controller.signal);
  }
}

function fleetOf(clock: TestClock): Fleet {
  return new Fleet(clock, (node, error) => {
    throw new Error(node, { cause: error });
  });
}

function atSpeed(speed: number): ReturnType<typeof testConfig>[] {
  return [testConfig('c', { simulation: { speed } })];
}

describe('a fleet', () => {
  it('advances every node by the wall clock', async () => {
    const clock = new TestClock();
    const fleet = fleetOf(clock);
    fleet.desire(desired({ nodes: [testNode('slow')] }));
    fleet.desire(desired({ nodes: [testNode('fast')], nodeConfigs: atSpeed(5) }));
    fleet.desire(desired({ nodes: [testNode('still')], nodeConfigs: atSpeed(0) }));
    await clock.run(fleet, 1000);
    const seconds = ['slow', 'fast', 'still'].map((name) => (fleet.get(name)?.simulation.now ?? 0) / 1e9);
    expect(seconds[0]).to.be.within(0.9, 1);
    expect(seconds[1]).to.be.within(4.5, 5);
    expect(seconds[2]).to.equal(0);
  });

  it('waits between its rounds when no node is behind', async () => {
    const clock = new TestClock();
    const fleet = fleetOf(clock);
    fleet.desire(desired({ nodeConfigs: atSpeed(0) }));
    await clock.run(fleet, 500);
    expect(new Set(clock.pauses)).to.deep.equal(new Set([50]));
  });

  it('changes the node it has, and keeps its time', async () => {
    const clock = new TestClock();
    const fleet = fleetOf(clock);
    const first = fleet.desire(desired({ pods: [testPod('web')] }));
    await clock.run(fleet, 1000);
    const { now } = first.simulation;
    const again = fleet.desire(desired({ pods: [testPod('web')], policies: [testPolicy('on')] }));
    expect([again === first, fleet.size]).to.deep.equal([true, 1]);
    const [container] = again.simulation.sample({ digest: false }).containers;
    expect([again.simulation.now, container?.numaLoadBalance]).to.deep.equal([now, 1]);
  });

  it('forgets a node that is removed', async () => {
    const clock = new TestClock();
    const fleet = fleetOf(clock);
    const node = fleet.desire(desired());
    fleet.remove('node1');
    await clock.run(fleet, 200);
    expect([fleet.size, fleet.get('node1'), node.simulation.now]).to.deep.equal([0, undefined, 0]);
  });

  it('tells of a node whose simulation throws, lets it stand and the others go on, until it is changed', async () => {
    const clock = new TestClock();
    const failures: string[] = [];
    const fleet = new Fleet(clock, (node) => failures.push(node));
    const broken = fleet.desire(desired({ nodes: [testNode('broken')] })).simulation;
    const sound = fleet.desire(desired({ nodes: [testNode('sound')] })).simulation;
    broken.advance = () => {
      throw new Error('a defect');
    };
    await clock.run(fleet, 500);
    expect([failures, broken.now]).to.deep.equal([['broken'], 0]);
    expect(sound.now).to.be.above(0);
    fleet.desire(desired({ nodes: [testNode('broken')] }));
    await clock.run(fleet, 100);
    expect(failures).to.deep.equal(['broken', 'broken']);
  });

  it('ends with its signal', async () => {
    const fleet = fleetOf(new TestClock());
    fleet.desire(desired());
    await fleet.run(AbortSignal.abort());
    expect(fleet.get('node1')?.simulation.now).to.equal(0);
  });
});
