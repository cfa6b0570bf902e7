import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { compareRecording } from './compare-recording.ts';
import { knownDifferences } from './differences.ts';
import { readRecording } from './record.ts';
import type { RecordedDirectory, Recording } from './record.ts';
import { totalsOf } from './report.ts';

const folder = new URL('records/', import.meta.url).pathname;
const records = {
  systemd: readRecording(`${folder}record-systemd.json`),
  cgroupfs: readRecording(`${folder}record-cgroupfs.json`),
};

/** Every cell that differs: pod, observation, path and file, predicted, recorded, why. */
const differences = {
  systemd: [
    '(node) | 08 after the resizes | /kubepods.slice/kubepods-burstable.slice/cpu.weight | 107 | 103 | qos-level-lag',
  ],
  cgroupfs: [
    'default/j23-22d52 | phase just became Succeeded | /kubepods/burstable/pod336aeac0-07fc-4c78-9a15-8a939534119b/ | absent | present | vanishing-directory',
    '(node) | 08 after the resizes | /kubepods/burstable/cpu.weight | 44 | 40 | qos-level-lag',
    '(node) | 10 all pods deleted, 25 s later | /kubepods/burstable/cpu.weight | 37 | 26 | qos-level-lag',
  ],
};

function unequal(recording: Recording): readonly string[] {
  return compareRecording('record', recording)
    .filter(({ equal }) => !equal)
    .map(({ pod, observation, path, file, predicted, recorded, difference }) =>
      [pod, observation, `${path}/${file}`, predicted, recorded, difference].join(' | '),
    );
}

/** The same recording with every directory changed. */
function withDirectories(
  recording: Recording,
  change: (directory: RecordedDirectory) => RecordedDirectory,
): Recording {
  const pods = Object.entries(recording.pods).map(([key, { manifest, observations }]) => {
    const changed = observations.map((one) => ({ ...one, cgroups: one.cgroups.map(change) }));
    return [key, { manifest, observations: changed }] as const;
  });
  const states = recording.states.map((state) => ({ ...state, dirs: state.dirs.map(change) }));
  return { ...recording, pods: Object.fromEntries(pods), states };
}

function underKubelet(path: string, driver: Recording['driver']): string {
  if (driver === 'cgroupfs') return path.replace(/^\/kubepods/u, '/kubelet/kubepods');
  return path
    .replaceAll(/(?<=\/)kubepods(?=[-.])/gu, 'kubelet-kubepods')
    .replace(/^(?=\/kubelet-kubepods)/u, '/kubelet.slice');
}

describe('recordings of a real kubelet', () => {
  for (const driver of ['systemd', 'cgroupfs'] as const) {
    describe(driver, () => {
      it('every path and value is as predicted, but for the named differences', () => {
        expect(unequal(records[driver])).to.deep.equal(differences[driver]);
      });

      it('many of both are compared', () => {
        const { paths, values } = totalsOf(compareRecording('record', records[driver]));
        expect(paths).to.be.at.least(140);
        expect(values).to.be.at.least(1100);
      });

      it('the same under cgroupRoot /kubelet', () => {
        const moved = withDirectories(records[driver], (directory) => ({
          ...directory,
          path: underKubelet(directory.path, driver),
        }));
        const rooted = { ...moved, cgroupRoot: '/kubelet' };
        expect(unequal(rooted)).to.deep.equal(
          differences[driver].map((line) => {
            const [pod, observation, path = '', ...rest] = line.split(' | ');
            return [pod, observation, underKubelet(path, driver), ...rest].join(' | ');
          }),
        );
      });

      it('a wrong value, a missing and an unexpected directory are found, and unexplained', () => {
        const [key, { manifest, observations }] = Object.entries(records[driver].pods)[0]!;
        const [observation] = observations;
        const [pod, ...others] = observation!.cgroups;
        const wrong = { ...pod!, files: { ...pod!.files, 'cpu.weight': '9999' } };
        const unexpected = { ...pod!, path: `${pod!.path}/other`, nprocs: 1 };
        const cgroups = [wrong, ...others.filter(({ files }) => files['cpu.weight'] !== '477'), unexpected];
        const changed = { manifest, observations: [{ ...observation!, cgroups }] };
        const cells = compareRecording('record', {
          ...records[driver],
          pods: { [key]: changed },
          states: [],
        });
        expect(
          cells
            .filter(({ equal }) => !equal)
            .map(({ file, predicted, recorded, difference }) => [file, predicted, recorded, difference]),
        ).to.deep.equal([
          ['cpu.weight', '274', '9999', undefined],
          ['', 'present', 'absent', undefined],
          ['', 'absent', 'present', undefined],
        ]);
      });
    });
  }

  it('prediction never looks at the recorded tree', () => {
    const bare = withDirectories(records.systemd, ({ path }) => ({ path, files: {} }));
    const emptied: Recording = {
      ...bare,
      pods: Object.fromEntries(
        Object.entries(bare.pods).map(([key, { manifest, observations }]) => [
          key,
          { manifest, observations: observations.map((one) => ({ ...one, cgroups: [] })) },
        ]),
      ),
      states: bare.states.map((state) => ({ ...state, dirs: [] })),
    };
    const paths = (recording: Recording): readonly string[] =>
      compareRecording('record', recording)
        .filter(({ file, predicted }) => file === '' && predicted === 'present')
        .map(({ pod, observation, path }) => `${pod} ${observation} ${path}`);
    expect(paths(emptied)).to.deep.equal(paths(records.systemd));
  });

  it('with a static CPU manager, whole Guaranteed CPUs lose their quota and nothing else changes', () => {
    const pinned: Recording = {
      ...records.systemd,
      kubelet_configz: { ...records.systemd.kubelet_configz, cpuManagerPolicy: 'static' },
    };
    const changed = compareRecording('record', pinned).filter(
      ({ equal, difference }) => !equal && difference === undefined,
    );
    expect(
      new Set(changed.map(({ pod, file, predicted }) => `${pod} ${file} ${predicted ?? ''}`)),
    ).to.deep.equal(new Set(['default/p05-guaranteed cpu.max max 100000']));
  });

  it('docs/cgroups.md lists every cell that differs, and every reason', () => {
    const docs = readFileSync(new URL('../../docs/cgroups.md', import.meta.url), 'utf8');
    for (const line of [...differences.systemd, ...differences.cgroupfs])
      expect(docs).to.contain(`\n${line}\n`);
    for (const name of Object.keys(knownDifferences)) expect(docs).to.contain(`| \`${name}\` |`);
  });

  it('every name of a difference is explained by a fact', () => {
    for (const reason of Object.values(knownDifferences)) expect(reason).to.match(/\(facts? [0-9, ]+\)\.$/u);
  });
});
