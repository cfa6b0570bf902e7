import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';

import { QosLevels } from '../../src/cgroup/qos-levels.ts';
import { config, node, pod } from './builders.ts';

function asking(name: string, cpu: string): V1Pod {
  return pod({ uid: name, containers: [{ requests: { cpu } }] });
}

const large = asking('large', '7');
const bestEffort = pod({ uid: 'besteffort' });

function weights(levels: QosLevels): readonly (string | undefined)[] {
  return levels.directories(config()).map(({ values }) => values['cpu.weight']);
}

function burstable(levels: QosLevels): string | undefined {
  return weights(levels)[2];
}

describe('kubepods and the QoS levels', () => {
  it('at first: the node’s own budget, nothing asked for', () => {
    const levels = new QosLevels(node());
    levels.observe([], 0);
    const [kubepods, ...others] = levels.directories(config());
    expect(kubepods).to.deep.equal({
      path: '/kubepods.slice',
      values: {
        'cpu.weight': '293',
        'cpu.max': 'max 100000',
        'memory.max': '5753163776',
        'memory.min': '0',
        'memory.low': '0',
        'memory.high': 'max',
        'memory.oom.group': '0',
        'hugetlb.2MB.max': '134217728',
      },
    });
    for (const { values } of others) {
      expect(values).to.include({
        'cpu.weight': '1',
        'memory.max': 'max',
        'hugetlb.2MB.max': '4611686018427387904',
      });
    }
  });

  it('burstable has the linear weight of the sum of Burstable requests; other classes do not count', () => {
    const levels = new QosLevels(node());
    const guaranteed = pod({ uid: 'guaranteed', containers: [{ limits: { cpu: '1', memory: '1Mi' } }] });
    levels.observe([asking('a', '250m'), asking('b', '100m'), guaranteed, bestEffort], 0);
    expect(weights(levels)).to.deep.equal(['293', '1', '14']);
  });

  it('kubepods’ huge pages are unbounded from the first update on', () => {
    const levels = new QosLevels(node());
    levels.observe([bestEffort], 0);
    expect(levels.directories(config())[0]?.values['hugetlb.2MB.max']).to.equal('4611686018427387904');
  });

  describe('are updated lazily', () => {
    it('a removal changes nothing, the next creation does (recorded: 274, 274, 1)', () => {
      const levels = new QosLevels(node());
      levels.observe([large], 0);
      expect(burstable(levels)).to.equal('274');
      levels.observe([], 10_000);
      expect(burstable(levels)).to.equal('274');
      levels.observe([bestEffort], 20_000);
      expect(burstable(levels)).to.equal('1');
    });

    it('a minute later they are right without one', () => {
      const levels = new QosLevels(node());
      levels.observe([large], 0);
      levels.observe([], 10_000);
      levels.observe([], 60_000);
      expect(burstable(levels)).to.equal('1');
    });

    it('a kill updates them, the killed pod still counts', () => {
      const levels = new QosLevels(node());
      const small = asking('small', '250m');
      levels.observe([large, small], 0);
      levels.observe([small], 1000);
      levels.observe([], 2000);
      expect(burstable(levels)).to.equal('10');
    });

    it('ended pods do not count', () => {
      const levels = new QosLevels(node());
      levels.observe([large], 0);
      const ended = pod({ uid: 'large', containers: [{ requests: { cpu: '7' } }], phase: 'Succeeded' });
      levels.observe([ended, bestEffort], 1000);
      expect(burstable(levels)).to.equal('1');
    });

    it('a restart of the kubelet resets them until the next update (recorded: 40, 1, then right again)', () => {
      const levels = new QosLevels(node());
      levels.observe([large], 0);
      levels.restart();
      expect(burstable(levels)).to.equal('1');
      expect(levels.directories(config())[0]?.values['hugetlb.2MB.max']).to.equal('134217728');
      levels.observe([large], 60_000);
      expect(burstable(levels)).to.equal('274');
    });
  });

  it('TieredReservation: memory requests protect kubepods (hard: all, soft: Burstable) and burstable (soft)', () => {
    const levels = new QosLevels(node({ memoryReservationPolicy: 'TieredReservation' }));
    const guaranteed = pod({ uid: 'guaranteed', containers: [{ limits: { cpu: '1', memory: '448Mi' } }] });
    const soft = pod({ uid: 'soft', containers: [{ requests: { memory: '128Mi' } }] });
    levels.observe([guaranteed, soft, bestEffort], 0);
    const memory = levels
      .directories(config())
      .map(({ values }) => [values['memory.min'], values['memory.low']]);
    expect(memory).to.deep.equal([
      ['603979776', '134217728'],
      ['0', '0'],
      ['0', '134217728'],
    ]);
  });
});
