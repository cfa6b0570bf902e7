import { expect } from 'chai';
import fc from 'fast-check';

import { cgroupPath, rootName } from '../../src/cgroup/cgroup-path.ts';

const pod = 'pod01234567-89ab';

/** Root, driver, path of a Burstable pod. Rows with roots none and `/kubelet` are recorded. */
const table = [
  [undefined, 'Cgroupfs', '/kubepods/burstable/pod01234567-89ab'],
  ['/', 'Cgroupfs', '/kubepods/burstable/pod01234567-89ab'],
  ['/kubelet', 'Cgroupfs', '/kubelet/kubepods/burstable/pod01234567-89ab'],
  ['/a/b-c', 'Cgroupfs', '/a/b-c/kubepods/burstable/pod01234567-89ab'],
  [
    undefined,
    'Systemd',
    '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod01234567_89ab.slice',
  ],
  [
    '/kubelet',
    'Systemd',
    '/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/' +
      'kubelet-kubepods-burstable-pod01234567_89ab.slice',
  ],
  [
    '/a/b-c',
    'Systemd',
    '/a.slice/a-b_c.slice/a-b_c-kubepods.slice/a-b_c-kubepods-burstable.slice/' +
      'a-b_c-kubepods-burstable-pod01234567_89ab.slice',
  ],
] as const;

describe('cgroup paths', () => {
  for (const [root, driver, path] of table) {
    it(`${driver}, root ${root ?? 'none'}: ${path}`, () => {
      expect(cgroupPath([...rootName(root), 'kubepods', 'burstable', pod], driver)).to.equal(path);
    });
  }

  it('no names are the cgroup root', () => {
    expect([cgroupPath([], 'Systemd'), cgroupPath([], 'Cgroupfs')]).to.deep.equal(['/', '/']);
  });

  const part = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/u);

  it('systemd: the last slice’s name gives all names back', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (name) => {
        const last = cgroupPath(name, 'Systemd').split('/').at(-1) ?? '';
        const back = last
          .replace(/\.slice$/u, '')
          .split('-')
          .map((escaped) => escaped.replaceAll('_', '-'));
        expect(back).to.deep.equal(name);
      }),
    );
  });

  it('a longer name is below a shorter one, under both drivers', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), part, (name, child) => {
        for (const driver of ['Systemd', 'Cgroupfs'] as const) {
          expect(cgroupPath([...name, child], driver).startsWith(`${cgroupPath(name, driver)}/`)).to.equal(
            true,
          );
        }
      }),
    );
  });
});
