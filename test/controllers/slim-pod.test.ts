import { readdirSync } from 'node:fs';

import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';

import { podCgroups } from '../../src/cgroup/pod-cgroups.ts';
import type { StoredPod } from '../../src/controllers/caches.ts';
import { slimPod } from '../../src/controllers/slim-pod.ts';
import { cgroupConfigOf, cgroupNodeOfRecording } from '../kubelet-cgroups/record-config.ts';
import { podAt } from '../kubelet-cgroups/record-pod.ts';
import { readRecording } from '../kubelet-cgroups/record.ts';

const records = new URL('../kubelet-cgroups/records/', import.meta.url).pathname;

const asStored = (pod: V1Pod): StoredPod => pod as unknown as StoredPod;
const asModel = (pod: StoredPod): V1Pod => pod as unknown as V1Pod;

describe('a slim pod', () => {
  for (const file of readdirSync(records).filter((name) => name.endsWith('.json'))) {
    it(`has the same cgroups as the whole one, at every observation of ${file}`, () => {
      const recording = readRecording(`${records}${file}`);
      const [config, node] = [cgroupConfigOf(recording), cgroupNodeOfRecording(recording)];
      let compared = 0;
      for (const [key, recorded] of Object.entries(recording.pods)) {
        for (const observation of recorded.observations) {
          const pod = podAt(key, recorded, observation);
          const slim = asModel(slimPod(asStored(pod)));
          const whole = podCgroups(pod, config, node);
          expect(podCgroups(slim, config, node), `${key} ${observation.label}`).to.deep.equal(whole);
          compared += whole === undefined ? 0 : 1;
        }
      }
      expect(compared).to.be.greaterThan(20);
    });
  }

  it('keeps what selects and names it, and leaves out the rest', () => {
    const pod = asStored({
      metadata: {
        name: 'a',
        namespace: 'shop',
        uid: 'u',
        labels: { app: 'a' },
        annotations: { 'kubernetes.io/config.mirror': 'hash', note: 'long' },
        managedFields: [{ manager: 'kubectl' }, { manager: 'kubectl', subresource: 'resize' }],
      },
      spec: {
        nodeName: 'n',
        volumes: [{ name: 'v' }],
        containers: [
          { name: 'main', env: [{ name: 'A', value: 'long' }], resources: { limits: { cpu: '1' } } },
        ],
      },
      status: { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] },
    });
    expect(slimPod(pod)).to.deep.equal({
      metadata: {
        name: 'a',
        namespace: 'shop',
        uid: 'u',
        labels: { app: 'a' },
        annotations: { 'kubernetes.io/config.mirror': 'hash' },
        managedFields: [{ manager: 'kubectl', subresource: 'resize' }],
      },
      spec: { nodeName: 'n', containers: [{ name: 'main', resources: { limits: { cpu: '1' } } }] },
      status: { phase: 'Running' },
    });
  });

  it('takes a pod that has nothing yet', () => {
    expect(slimPod({ metadata: { name: 'a' } })).to.deep.equal({ metadata: { name: 'a' } });
  });
});
