import { expect } from 'chai';

import type { KubeletSettings } from '../../src/cgroup/config.ts';
import { podValues } from '../../src/cgroup/pod-values.ts';
import { node, pod } from './builders.ts';
import type { TestPod } from './builders.ts';

function values(parts: TestPod, kubelet: Partial<KubeletSettings> = {}): Readonly<Record<string, string>> {
  return podValues(pod(parts), node(kubelet));
}

const burstable = {
  requests: { cpu: '100m', memory: '64Mi' },
  limits: { cpu: '500m', memory: '128Mi' },
};
const wholeCpu = { limits: { cpu: '1', memory: '256Mi' } };

describe('values of a pod’s cgroup', () => {
  it('Burstable with all limits', () => {
    expect(values({ containers: [burstable] })).to.deep.equal({
      'cpu.weight': '4',
      'cpu.max': '50000 100000',
      'memory.max': '134217728',
      'memory.min': '0',
      'memory.low': '0',
      'memory.high': 'max',
      'memory.oom.group': '0',
      'hugetlb.2MB.max': '0',
    });
  });

  it('one container without a limit: the pod has none', () => {
    expect(values({ containers: [burstable, {}] })).to.include({
      'cpu.max': 'max 100000',
      'memory.max': 'max',
    });
  });

  it('CPU and memory are decided separately', () => {
    const containers = [burstable, { limits: { memory: '64Mi' } }];
    expect(values({ containers })).to.include({ 'cpu.max': 'max 100000', 'memory.max': '201326592' });
  });

  it('overhead counts', () => {
    const container = { requests: { cpu: '60m', memory: '32Mi' }, limits: { cpu: '120m', memory: '64Mi' } };
    expect(values({ containers: [container], overhead: { cpu: '50m', memory: '40Mi' } })).to.include({
      'cpu.weight': '5',
      'cpu.max': '17000 100000',
      'memory.max': '109051904',
    });
  });

  it('BestEffort is never limited, whatever its overhead', () => {
    expect(values({ overhead: { cpu: '50m', memory: '40Mi' } })).to.include({
      'cpu.weight': '1',
      'cpu.max': 'max 100000',
      'memory.max': 'max',
    });
  });

  it('huge pages are limited to what is asked for', () => {
    const limits = { memory: '64Mi', 'hugepages-2Mi': '16Mi' };
    expect(values({ containers: [{ limits }] })).to.include({ 'hugetlb.2MB.max': '16777216' });
  });

  it('huge pages of the pod itself replace its containers’, other resources of it do not count', () => {
    const resources = { limits: { memory: '64Mi', 'hugepages-2Mi': '8Mi', 'ephemeral-storage': '1Gi' } };
    const containers = [{ limits: { 'hugepages-2Mi': '4Mi' } }];
    expect(values({ resources: { ...resources, requests: resources.limits }, containers })).to.include({
      'hugetlb.2MB.max': '8388608',
    });
    expect(values({ resources: { limits: { 'ephemeral-storage': '1Gi' } } })).to.include({
      'memory.max': 'max',
    });
  });

  it('a kubelet without CFS quota, or with another period', () => {
    expect(values({ containers: [wholeCpu] }, { cpuCfsQuota: false })).to.include({
      'cpu.max': 'max 100000',
    });
    expect(values({ containers: [wholeCpu] }, { cpuCfsQuotaPeriodUs: 20_000 })).to.include({
      'cpu.max': '20000 20000',
    });
  });

  describe('static CPU manager', () => {
    const quota = (parts: TestPod): string | undefined =>
      values(parts, { cpuManagerPolicy: 'Static' })['cpu.max'];

    it('a pod with a container that has CPUs of its own has no quota', () => {
      expect(quota({ containers: [wholeCpu] })).to.equal('max 100000');
      expect(quota({ containers: [wholeCpu, { limits: { cpu: '500m', memory: '1Mi' } }] })).to.equal(
        'max 100000',
      );
    });

    it('a fractional Guaranteed pod and a Burstable one with whole CPUs keep theirs', () => {
      expect(quota({ containers: [{ limits: { cpu: '1500m', memory: '128Mi' } }] })).to.equal(
        '150000 100000',
      );
      expect(
        quota({ containers: [{ limits: { cpu: '1', memory: '2Mi' }, requests: { memory: '1Mi' } }] }),
      ).to.equal('100000 100000');
    });

    it('a pod with resources of its own keeps its quota', () => {
      expect(quota({ resources: wholeCpu, containers: [wholeCpu] })).to.equal('100000 100000');
    });
  });

  describe('memory reservation TieredReservation, throttling factor 0.9', () => {
    const tiered = { memoryReservationPolicy: 'TieredReservation', memoryThrottlingFactor: 0.9 } as const;

    it('Guaranteed: memory.min is the request', () => {
      expect(values({ containers: [wholeCpu] }, tiered)).to.include({
        'memory.min': '268435456',
        'memory.low': '0',
        'memory.high': 'max',
      });
    });

    it('Burstable: memory.low is the request, memory.high only with resources of the pod', () => {
      expect(values({ containers: [burstable] }, tiered)).to.include({
        'memory.min': '0',
        'memory.low': '67108864',
        'memory.high': 'max',
      });
      expect(values({ resources: burstable }, tiered)).to.include({ 'memory.high': '127504384' });
    });
  });
});
