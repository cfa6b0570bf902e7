import { expect } from 'chai';
import fc from 'fast-check';

import type { CgroupConfig } from '../../src/cgroup/config.ts';
import { podCgroups } from '../../src/cgroup/pod-cgroups.ts';
import type { PodCgroups } from '../../src/cgroup/pod-cgroups.ts';
import { config, node, pod, uid } from './builders.ts';
import type { TestPod } from './builders.ts';

function cgroups(parts: TestPod, cgroupConfig: Partial<CgroupConfig> = {}): PodCgroups | undefined {
  return podCgroups(pod(parts), config(cgroupConfig), node());
}

function names(parts: TestPod): readonly string[] | undefined {
  return cgroups(parts)?.containers.map(({ name }) => name);
}

const escaped = uid.replaceAll('-', '_');

describe('cgroups of a pod', () => {
  it('BestEffort and Burstable pods are under their level, Guaranteed ones under kubepods', () => {
    const paths = [
      {},
      { containers: [{ requests: { cpu: '1' } }] },
      { containers: [{ limits: { cpu: '1', memory: '1Mi' } }] },
    ].map((parts) => cgroups(parts)?.path);
    expect(paths).to.deep.equal([
      `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${escaped}.slice`,
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${escaped}.slice`,
      `/kubepods.slice/kubepods-pod${escaped}.slice`,
    ]);
  });

  it('with cgroupfs and a root', () => {
    const parts = { containers: [{ containerID: 'containerd://0abc' }] };
    const made = cgroups(parts, { driver: 'Cgroupfs', root: '/kubelet' });
    expect(made?.containers[0]?.path).to.equal(`/kubelet/kubepods/besteffort/pod${uid}/0abc`);
  });

  describe('static pods', () => {
    const mirror = { 'kubernetes.io/config.mirror': 'd181a408', 'kubernetes.io/config.hash': 'd181a408' };

    it('are named after the hash of their manifest', () => {
      expect(cgroups({ annotations: mirror }, { driver: 'Cgroupfs' })?.path).to.equal(
        '/kubepods/besteffort/podd181a408',
      );
    });

    it('a hash that looks like a uid is written as one', () => {
      const annotations = { 'kubernetes.io/config.mirror': '1-2', 'kubernetes.io/config.hash': '1-2' };
      expect(cgroups({ annotations })?.path).to.match(/-pod1_2\.slice$/u);
    });

    it('the hash annotation alone makes no static pod', () => {
      const annotations = { 'kubernetes.io/config.hash': 'd181a408' };
      expect(cgroups({ annotations }, { driver: 'Cgroupfs' })?.path).to.equal(
        `/kubepods/besteffort/pod${uid}`,
      );
    });
  });

  describe('crun', () => {
    const parts = { containers: [{ containerID: 'containerd://0abc', limits: { memory: '1Mi' } }] };

    it('with systemd: tasks live one level deeper', () => {
      const [container] = cgroups(parts, { ociRuntime: 'Crun' })?.containers ?? [];
      expect(container?.directories.map(({ path }) => path.split('/').slice(4).join('/'))).to.deep.equal([
        'cri-containerd-0abc.scope',
        'cri-containerd-0abc.scope/container',
      ]);
      expect(container?.directories.map(({ values }) => values['memory.oom.group'])).to.deep.equal([
        '0',
        '1',
      ]);
      expect(container?.path).to.equal(container?.directories[1]?.path);
    });

    it('a RuntimeClass may bring it, or an older runc', () => {
      const classes: CgroupConfig['runtimeClasses'] = {
        crun: { ociRuntime: 'Crun', cpuWeightConversion: 'Logarithmic' },
        old: { ociRuntime: 'Runc', cpuWeightConversion: 'Linear' },
      };
      const under = (runtimeClassName: string): readonly (string | number | undefined)[] => {
        const requests = { cpu: '100m' };
        const made = cgroups(
          { containers: [{ requests }], spec: { runtimeClassName } },
          { runtimeClasses: classes },
        );
        return [made?.containers[0]?.directories.length, made?.containers[0]?.values['cpu.weight']];
      };
      expect([under('crun'), under('old'), under('another')]).to.deep.equal([
        [2, '17'],
        [1, '4'],
        [1, '17'],
      ]);
    });
  });

  describe('life cycle', () => {
    it('init containers, sidecars, containers, ephemeral containers, in this order', () => {
      expect(names({ sidecars: [{}], init: [{}], ephemeral: [{}] })).to.deep.equal([
        'sidecar0',
        'init0',
        'main0',
        'debug0',
      ]);
      expect(
        cgroups({ sidecars: [{}], init: [{}], ephemeral: [{}] })?.containers.map(({ kind }) => kind),
      ).to.deep.equal(['Sidecar', 'Init', 'Regular', 'Ephemeral']);
    });

    it('only running containers have a directory: not before, in back-off, or after', () => {
      const containers = [{ state: 'waiting' }, { state: 'terminated' }, {}] as const;
      expect(names({ containers })).to.deep.equal(['main2']);
    });

    it('a pod whose container waits keeps its own', () => {
      expect(cgroups({ containers: [{ state: 'waiting' }] })?.path).to.match(/^\/kubepods\.slice\//u);
    });

    it('a restart without ids in the status gives another directory', () => {
      const paths = [0, 1].map(
        (restartCount) => cgroups({ containers: [{ restartCount }] })?.containers[0]?.path,
      );
      expect(paths[0]).not.to.equal(paths[1]);
    });

    it('ended pods and pods on no node have none', () => {
      expect(cgroups({ phase: 'Succeeded' })).to.equal(undefined);
      expect(cgroups({ phase: 'Failed' })).to.equal(undefined);
      expect(cgroups({ spec: { nodeName: undefined } })).to.equal(undefined);
    });

    it('a pending pod on a node has its own, without containers', () => {
      expect(cgroups({ phase: 'Pending', containers: [{ state: 'waiting' }] })?.containers).to.deep.equal([]);
    });
  });

  describe('in-place resize', () => {
    it('the status’s resources count, on pod and container', () => {
      const reported = {
        requests: { cpu: '300m', memory: '96Mi' },
        limits: { cpu: '800m', memory: '192Mi' },
      };
      const before = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '500m', memory: '128Mi' } };
      const made = cgroups({ containers: [{ ...before, reported }] });
      expect(made?.values).to.include({
        'cpu.weight': '12',
        'cpu.max': '80000 100000',
        'memory.max': '201326592',
      });
      expect(made?.containers[0]?.values).to.include({
        'cpu.weight': '40',
        'cpu.max': '80000 100000',
        'memory.max': '201326592',
      });
    });
  });

  it('a container’s directories are always below its pod’s, and the last holds its tasks', () => {
    const configs = fc.record({
      driver: fc.constantFrom('Systemd' as const, 'Cgroupfs' as const),
      runtime: fc.constantFrom('Containerd' as const, 'CriO' as const, 'Docker' as const),
      ociRuntime: fc.constantFrom('Runc' as const, 'Crun' as const),
      root: fc.constantFrom(undefined, '/', '/kubelet', '/a/b-c'),
    });
    fc.assert(
      fc.property(configs, fc.uuid(), fc.nat(3), (cgroupConfig, podUid, restartCount) => {
        const made = cgroups({ uid: podUid, containers: [{ restartCount }, {}] }, cgroupConfig);
        expect(made?.containers.length).to.equal(2);
        for (const { path, directories } of made?.containers ?? []) {
          let parent = made?.path ?? '';
          for (const directory of directories) {
            expect(directory.path.slice(0, directory.path.lastIndexOf('/'))).to.equal(parent);
            parent = directory.path;
          }
          expect(parent).to.equal(path);
        }
      }),
    );
  });
});
