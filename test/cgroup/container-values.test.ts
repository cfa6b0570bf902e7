import { expect } from 'chai';

import type { CgroupConfig, KubeletSettings } from '../../src/cgroup/config.ts';
import { containerValues, outerScopeValues } from '../../src/cgroup/container-values.ts';
import { podContainers } from '../../src/cgroup/pod-containers.ts';
import { config, node, pod } from './builders.ts';
import type { TestPod } from './builders.ts';

interface Under {
  readonly cgroups?: Partial<CgroupConfig>;
  readonly kubelet?: Partial<KubeletSettings>;
  readonly memoryBytes?: number;
}

/** Values of all containers of a pod, in order. */
function values(parts: TestPod, under: Under = {}): readonly Readonly<Record<string, string>>[] {
  const { cgroups, kubelet, memoryBytes } = under;
  const place = config(cgroups);
  const on = node(kubelet);
  const made = pod(parts);
  return podContainers(made).map((container) =>
    containerValues(made, container, {
      config: place,
      oci: place,
      node: { ...on, memoryBytes: memoryBytes ?? on.memoryBytes },
    }),
  );
}

function weights(parts: TestPod, under?: Under): readonly (string | undefined)[] {
  return values(parts, under).map((files) => files['cpu.weight']);
}

const burstable = {
  requests: { cpu: '100m', memory: '64Mi' },
  limits: { cpu: '500m', memory: '128Mi' },
};

describe('values of a container’s cgroup', () => {
  it('with requests and limits', () => {
    expect(values({ containers: [burstable] })).to.deep.equal([
      {
        'cpu.weight': '17',
        'cpu.max': '50000 100000',
        'memory.max': '134217728',
        'memory.min': '0',
        'memory.low': '0',
        'memory.high': 'max',
        'memory.oom.group': '1',
        'hugetlb.2MB.max': 'max',
      },
    ]);
  });

  it('without anything, and an ephemeral one', () => {
    for (const files of values({ ephemeral: [{}] })) {
      expect(files).to.include({ 'cpu.weight': '1', 'cpu.max': 'max 100000', 'memory.max': 'max' });
    }
  });

  it('under an old runc the weight is linear', () => {
    expect(
      weights({ containers: [burstable] }, { cgroups: { cpuWeightConversion: 'Linear' } }),
    ).to.deep.equal(['4']);
  });

  it('overhead is not the container’s', () => {
    expect(values({ containers: [burstable], overhead: { cpu: '50m', memory: '40Mi' } })[0]).to.include({
      'cpu.weight': '17',
      'cpu.max': '50000 100000',
      'memory.max': '134217728',
    });
  });

  it('a tiny limit gives 1 ms', () => {
    expect(values({ containers: [{ limits: { cpu: '5m' } }] })[0]).to.include({ 'cpu.max': '1000 100000' });
  });

  it('huge pages are limited only by CRI-O', () => {
    const containers = [{ limits: { memory: '64Mi', 'hugepages-2Mi': '16Mi' } }, {}];
    const limits = (runtime: CgroupConfig['runtime']): readonly (string | undefined)[] =>
      values({ containers }, { cgroups: { runtime } }).map((files) => files['hugetlb.2MB.max']);
    expect(limits('CriO')).to.deep.equal(['16777216', '0']);
    expect(limits('Containerd')).to.deep.equal(['max', 'max']);
  });

  it('a kubelet that kills single processes leaves memory.oom.group at 0, and so is crun’s outer scope', () => {
    const [files = {}] = values({}, { kubelet: { singleProcessOomKill: true } });
    expect(files).to.include({ 'memory.oom.group': '0' });
    expect(outerScopeValues(values({})[0] ?? {})).to.include({ 'memory.oom.group': '0', 'cpu.weight': '1' });
  });

  it('CPUs of its own mean no quota, the weight stays', () => {
    const whole = { limits: { cpu: '2', memory: '64Mi' } };
    const half = { limits: { cpu: '500m', memory: '64Mi' } };
    const [two, other] = values({ containers: [whole, half] }, { kubelet: { cpuManagerPolicy: 'Static' } });
    expect(two).to.include({ 'cpu.max': 'max 100000', 'cpu.weight': '174' });
    expect(other).to.include({ 'cpu.max': '50000 100000' });
  });

  describe('in a pod with resources of its own (300m/600m, 128Mi/256Mi)', () => {
    const resources = {
      requests: { cpu: '300m', memory: '128Mi' },
      limits: { cpu: '600m', memory: '256Mi' },
    };
    const containers = [{}, { requests: { cpu: '100m', memory: '32Mi' } }];

    it('containers without limits get the pod’s, one without a request the weight of the limit', () => {
      expect(weights({ resources, containers })).to.deep.equal(['67', '17']);
      for (const files of values({ resources, containers })) {
        expect(files).to.include({ 'cpu.max': '60000 100000', 'memory.max': '268435456' });
      }
    });

    const resizedAt = (time: string): readonly unknown[] => [
      {
        subresource: 'resize',
        time,
        fieldsV1: { 'f:spec': { 'f:resources': { 'f:limits': { 'f:cpu': {} } } } },
      },
    ];

    it('after an in-place resize of the pod’s limits, one without a request has the least weight', () => {
      expect(
        weights({ resources, containers, managedFields: resizedAt('2026-01-01T00:05:00Z') }),
      ).to.deep.equal(['1', '17']);
    });

    it('unless it was started after the resize', () => {
      expect(
        weights({ resources, containers, managedFields: resizedAt('2025-12-31T23:00:00Z') }),
      ).to.deep.equal(['67', '17']);
    });

    it('a resize of a container alone does not count', () => {
      const managedFields = [
        {
          subresource: 'resize',
          time: '2026-01-01T00:05:00Z',
          fieldsV1: { 'f:spec': { 'f:containers': {} } },
        },
      ];
      expect(weights({ resources, containers, managedFields })).to.deep.equal(['67', '17']);
    });
  });

  describe('memory reservation TieredReservation, throttling factor 0.9', () => {
    const under = {
      kubelet: { memoryReservationPolicy: 'TieredReservation', memoryThrottlingFactor: 0.9 },
      memoryBytes: 5_753_167_872,
    } as const;
    const protection = (parts: TestPod): readonly (readonly (string | undefined)[])[] =>
      values(parts, under).map((files) =>
        ['memory.min', 'memory.low', 'memory.high'].map((file) => files[file]),
      );

    it('Burstable: memory.low is the request, memory.high between request and limit', () => {
      expect(protection({ containers: [burstable] })).to.deep.equal([['0', '67108864', '127504384']]);
    });

    it('Guaranteed: memory.min is the request, no memory.high', () => {
      expect(protection({ containers: [{ limits: { cpu: '1', memory: '64Mi' } }] })).to.deep.equal([
        ['67108864', '0', 'max'],
      ]);
    });

    it('memory request equal to the limit in a Burstable pod: no memory.high', () => {
      expect(protection({ containers: [{ limits: { memory: '64Mi' } }] })).to.deep.equal([
        ['0', '67108864', 'max'],
      ]);
    });

    it('no memory limit: memory.high of the node’s memory', () => {
      const high = [['0', '0', '5177847808']];
      expect(protection({})).to.deep.equal(high);
      expect(protection({ containers: [{ requests: { cpu: '250m' } }] })).to.deep.equal(high);
    });

    it('resources of the pod protect and throttle the pod, not its containers', () => {
      const resources = { limits: { cpu: '200m', memory: '64Mi' } };
      expect(protection({ resources, containers: [{}, {}] })).to.deep.equal([
        ['0', '0', 'max'],
        ['0', '0', 'max'],
      ]);
    });
  });
});
