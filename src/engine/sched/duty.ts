import type { Task } from './task.ts';

/** Length of the window that `dutyPercent` divides into a waking and a sleeping part. */
export const DUTY_WINDOW_NS = 10_000_000;

/** ns until the thread goes to sleep at `time`, 0 if it is asleep, Infinity if it never sleeps. */
export function awakeFor(task: Task, time: number): number {
  if (task.dutyPercent >= 100) return Infinity;
  const awake = Math.round((DUTY_WINDOW_NS * task.dutyPercent) / 100);
  return Math.max(0, awake - positionInWindow(task, time));
}

/** ns until a sleeping thread wakes up. */
export function sleepsFor(task: Task, time: number): number {
  return DUTY_WINDOW_NS - positionInWindow(task, time);
}

function positionInWindow(task: Task, time: number): number {
  return (time + DUTY_WINDOW_NS - task.dutyPhaseNs) % DUTY_WINDOW_NS;
}
