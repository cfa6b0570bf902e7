/**
 * A container's status at the moment of the dump. The status was read before or after the tree, so it may name an
 * instance that started later or had ended since; its own times (whole seconds) tell.
 */
import type { RecordedContainerStatus } from './record.ts';

/** The instance that ran at `at`: its id. Undefined: none did. */
export function runningIdAt(status: RecordedContainerStatus, at: string): string | undefined {
  const dump = Date.parse(at);
  const { state, lastState, containerID } = status;
  if (state.running) return isBefore(state.running.startedAt, dump) ? (containerID ?? '') : undefined;
  const ended = [state.terminated, lastState?.terminated].find((instance) => {
    if (!instance) return false;
    return isBefore(instance.startedAt, dump) && !isBefore(instance.finishedAt, dump);
  });
  return ended ? (ended.containerID ?? '') : undefined;
}

/** Kubernetes cuts times to seconds: the instant is somewhere in that second. */
function isBefore(time: string | null | undefined, dump: number): boolean {
  return !time || Date.parse(time) <= dump;
}
