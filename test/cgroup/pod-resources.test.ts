import { expect } from 'chai';
import fc from 'fast-check';

import { isLimitDeclared, podLimits, podRequests } from '../../src/cgroup/pod-resources.ts';
import { pod } from './builders.ts';
import type { TestPod } from './builders.ts';

function cpuOf(parts: TestPod): readonly (number | undefined)[] {
  return [podRequests(pod(parts)).get('cpu'), podLimits(pod(parts)).get('cpu')];
}

function cpu(request: string, limit: string): TestPod['resources'] & object {
  return { requests: { cpu: request }, limits: { cpu: limit } };
}

describe('resources of a whole pod', () => {
  it('are the sum of its containers', () => {
    expect(cpuOf({ containers: [cpu('100m', '200m'), cpu('50m', '100m')] })).to.deep.equal([150, 300]);
  });

  it('are a larger init container’s, for the pod’s whole life', () => {
    const init = [{ ...cpu('400m', '600m'), state: 'terminated' as const }];
    expect(cpuOf({ containers: [cpu('100m', '200m')], init })).to.deep.equal([400, 600]);
  });

  it('include sidecars', () => {
    expect(cpuOf({ containers: [cpu('100m', '200m')], sidecars: [cpu('50m', '100m')] })).to.deep.equal([
      150, 300,
    ]);
  });

  it('count the sidecars before an init container together with it', () => {
    const parts = { containers: [cpu('100m', '100m')], sidecars: [cpu('50m', '50m')] };
    expect(cpuOf({ ...parts, init: [cpu('300m', '300m')] })).to.deep.equal([350, 350]);
  });

  it('do not count a sidecar after an init container with it', () => {
    const parts = pod({ containers: [cpu('100m', '100m')], sidecars: [cpu('50m', '50m')], init: [cpu('300m', '300m')] }); // prettier-ignore
    parts.spec?.initContainers?.reverse();
    expect(podRequests(parts).get('cpu')).to.equal(300);
  });

  it('include overhead, in limits only where there is one', () => {
    const overhead = { cpu: '50m', memory: '40Mi' };
    expect(cpuOf({ containers: [cpu('60m', '120m')], overhead })).to.deep.equal([110, 170]);
    expect(podLimits(pod({ containers: [{ requests: { cpu: '60m' } }], overhead })).has('cpu')).to.equal(
      false,
    );
  });

  it('are the pod’s own where it has some, whatever its containers ask for', () => {
    expect(cpuOf({ containers: [cpu('100m', '200m')], resources: cpu('300m', '600m') })).to.deep.equal([
      300, 600,
    ]);
  });

  it('a pod-level limit alone is a request, unless containers ask for that resource', () => {
    expect(cpuOf({ resources: { limits: { cpu: '600m' } } })).to.deep.equal([600, 600]);
    expect(
      cpuOf({ containers: [{ requests: { cpu: '100m' } }], resources: { limits: { cpu: '600m' } } }),
    ).to.deep.equal([100, 600]);
  });

  it('are what the status says is in force while a resize waits', () => {
    const reported = cpu('100m', '200m');
    expect(cpuOf({ containers: [{ ...cpu('4', '8'), reported }] })).to.deep.equal([100, 200]);
  });

  it('of a pod-level resize that waits are the allocated ones', () => {
    const parts = {
      resources: cpu('4', '8'),
      overhead: { cpu: '10m' },
      status: {
        conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }],
        allocatedResources: { cpu: '310m' },
        resources: { limits: { cpu: '610m' } },
      },
    };
    expect(cpuOf(parts)).to.deep.equal([310, 610]);
  });

  it('a limit binds if every container has one, or the pod itself', () => {
    const declared = (parts: TestPod): boolean => isLimitDeclared(pod(parts), 'cpu');
    expect(declared({ containers: [cpu('1', '1'), cpu('1', '1')] })).to.equal(true);
    expect(declared({ containers: [cpu('1', '1'), {}] })).to.equal(false);
    expect(declared({ containers: [cpu('1', '1')], init: [{}] })).to.equal(false);
    expect(declared({ containers: [cpu('1', '1')], ephemeral: [{}] })).to.equal(true);
    expect(declared({ containers: [{}], resources: { limits: { cpu: '1' } } })).to.equal(true);
    expect(declared({ containers: [{}], resources: { limits: { memory: '1Mi' } } })).to.equal(false);
  });

  it('never shrink as a container is added', () => {
    const container = fc.nat(4000).map((millis) => ({ requests: { cpu: `${millis}m` } }));
    const list = fc.array(container, { maxLength: 3 });
    fc.assert(
      fc.property(list, list, list, container, (containers, sidecars, init, added) => {
        const millis = (parts: TestPod): number => podRequests(pod(parts)).get('cpu') ?? 0;
        const before = millis({ containers, sidecars, init });
        expect(millis({ containers: [...containers, added], sidecars, init })).to.be.at.least(before);
        expect(millis({ containers, sidecars: [...sidecars, added], init })).to.be.at.least(before);
        expect(millis({ containers, sidecars, init: [...init, added] })).to.be.at.least(before);
      }),
    );
  });
});
