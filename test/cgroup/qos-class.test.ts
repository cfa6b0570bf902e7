import { expect } from 'chai';

import { qosClass } from '../../src/cgroup/qos-class.ts';
import { pod } from './builders.ts';

const both = { cpu: '1', memory: '64Mi' };

describe('QoS class', () => {
  const table = [
    ['nothing asked for', pod({}), 'BestEffort'],
    ['only huge pages', pod({ containers: [{ limits: { 'hugepages-2Mi': '2Mi' } }] }), 'BestEffort'],
    ['limits only', pod({ containers: [{ limits: both }] }), 'Guaranteed'],
    ['requests equal limits, written differently', pod({ containers: [{ requests: { cpu: '1000m', memory: '65536Ki' }, limits: both }] }), 'Guaranteed'],
    ['a memory request', pod({ containers: [{ requests: { memory: '1' } }] }), 'Burstable'],
    ['a CPU limit alone', pod({ containers: [{ limits: { cpu: '1' } }] }), 'Burstable'],
    ['one Guaranteed, one without anything', pod({ containers: [{ limits: both }, {}] }), 'Burstable'],
    ['a Burstable sidecar', pod({ containers: [{ limits: both }], sidecars: [{ requests: { cpu: '1m' } }] }), 'Burstable'],
    ['an ephemeral container does not count', pod({ containers: [{ limits: both }], ephemeral: [{}] }), 'Guaranteed'],
    ['pod-level limits, containers without', pod({ containers: [{}, {}], resources: { limits: both } }), 'Guaranteed'],
    ['pod-level requests below limits', pod({ resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } }), 'Burstable'],
    ['the status knows', pod({ status: { qosClass: 'Burstable' } }), 'Burstable'],
  ] as const; // prettier-ignore

  for (const [what, of, expected] of table) {
    it(`${what}: ${expected}`, () => {
      expect(qosClass(of)).to.equal(expected);
    });
  }
});
