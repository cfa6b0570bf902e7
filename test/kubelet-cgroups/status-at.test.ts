import { expect } from 'chai';

import type { RecordedContainerStatus } from './record.ts';
import { runningIdAt } from './status-at.ts';

const at = '2026-01-01T00:00:10.500Z';

function status(parts: Partial<RecordedContainerStatus>): RecordedContainerStatus {
  const base = { kind: 'containerStatuses', name: 'main', restartCount: 0, resources: undefined } as const;
  return { ...base, state: {}, ...parts };
}

function ended(startedAt: string, finishedAt: string, containerID: string): RecordedContainerStatus['state'] {
  return { terminated: { startedAt, finishedAt, containerID } };
}

describe('the container that ran when the tree was read', () => {
  it('is the running one', () => {
    const state = { running: { startedAt: '2026-01-01T00:00:10Z' } };
    expect(runningIdAt(status({ state, containerID: 'now' }), at)).to.equal('now');
  });

  it('is not one that started after (the status was read later)', () => {
    const state = { running: { startedAt: '2026-01-01T00:00:11Z' } };
    expect(runningIdAt(status({ state, containerID: 'now' }), at)).to.equal(undefined);
  });

  it('is one that ended after', () => {
    const state = ended('2026-01-01T00:00:05Z', '2026-01-01T00:00:12Z', 'then');
    expect(runningIdAt(status({ state }), at)).to.equal('then');
    expect(runningIdAt(status({ state: { waiting: {} }, lastState: state }), at)).to.equal('then');
  });

  it('is none that ended before, and none that waits', () => {
    const state = ended('2026-01-01T00:00:05Z', '2026-01-01T00:00:08Z', 'then');
    expect(runningIdAt(status({ state, containerID: 'then' }), at)).to.equal(undefined);
    expect(runningIdAt(status({ state: { waiting: {} }, lastState: state }), at)).to.equal(undefined);
  });
});
