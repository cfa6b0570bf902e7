import { expect } from 'chai';

import type { MemoryProfile, MemoryProfileStatus } from '../../../src/api/memory-profile.ts';
import { profileStatus } from '../../../src/fleet/status/profile-status.ts';
import type { ProfileInputs } from '../../../src/fleet/status/profile-status.ts';
import { testPod, testProfile, time } from '../builders.ts';
import { conditionsOf, issuesOf } from './simulated-objects.ts';

const profile = testProfile('p', [{}]);
const web = testPod('web');

function statusOf(of: MemoryProfile, inputs: Partial<ProfileInputs> = {}): MemoryProfileStatus {
  const status = profileStatus(of, { pods: [web], profiles: [of], time, ...inputs });
  expect(issuesOf({ ...of, status })).to.deep.equal([]);
  return status;
}

describe('the status of a profile', () => {
  it('Ready, with the running pods it decides', () => {
    const starting = testPod('new', { phase: 'Pending', containers: [{ state: 'waiting' }] });
    const status = statusOf(profile, { pods: [web, starting] });
    expect(conditionsOf(status)).to.deep.equal(['Ready=True Applied']);
    expect(status.conditions?.[0]?.message).to.equal('1 running pod of 2 matched');
    expect(status.pods).to.deep.equal({ matched: 2, applied: 1, overridden: 0 });
  });

  it('Ready, when nothing matches', () =>
    expect(conditionsOf(statusOf(profile, { pods: [] }))).to.deep.equal(['Ready=True NothingMatched']));

  it('pods of other namespaces, and pods that ended, do not count', () => {
    const elsewhere = { ...web, metadata: { ...web.metadata, namespace: 'other' } };
    const ended = testPod('job', { phase: 'Succeeded' });
    expect(statusOf(profile, { pods: [elsewhere, ended] }).pods?.matched).to.equal(0);
  });

  it('Overridden by an older one, also when it is a copy of the one in the list', () => {
    const [old, young] = ['2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z'].map((creationTimestamp, index) =>
      testProfile(`p${index}`, [{}], { metadata: { creationTimestamp } }),
    );
    if (!old || !young) throw new Error('two profiles');
    const status = statusOf({ ...young }, { profiles: [young, old] });
    expect(conditionsOf(status)).to.deep.equal([
      'Ready=True StrongerObject',
      'Overridden=True StrongerObject',
    ]);
    expect(status.pods).to.deep.equal({ matched: 1, applied: 0, overridden: 1 });
    expect(statusOf({ ...old }, { profiles: [young, old] }).pods?.applied).to.equal(1);
  });
});
