import { mixWords } from '../random.ts';
import type { Task } from './task.ts';

/** Length of the window that `dutyPercent` divides into a waking and a sleeping part. */
export const DUTY_WINDOW_NS = 10_000_000;

/** Whether the thread has something to finish before it sleeps: a scan, or touches that it is behind with. */
export function hasWorkLeft(task: Task): boolean {
  return task.walk !== undefined || task.scanQueued || task.program.hasBacklog;
}

/** ns until the thread's duty ends at `time`, 0 if it has ended, Infinity if it never does. */
export function awakeFor(task: Task, time: number): number {
  if (task.dutyPercent >= 100) return Infinity;
  const since = sinceWaking(task, time);
  return since < 0 ? 0 : Math.max(0, awakeNs(task) - since);
}

/** ns until a sleeping thread wakes up; at the latest it looks again when the next window begins. */
export function sleepsFor(task: Task, time: number): number {
  const since = sinceWaking(task, time);
  return since < 0 ? -since : DUTY_WINDOW_NS - positionInWindow(task, time);
}

function awakeNs(task: Task): number {
  return Math.round((DUTY_WINDOW_NS * task.dutyPercent) / 100);
}

/** ns since the waking part of the current window began, negative before it. */
function sinceWaking(task: Task, time: number): number {
  return positionInWindow(task, time) - wakingStart(task, time);
}

/**
 * Where in its window the thread wakes: at its beginning, or, for a thread that keeps no step with the clock, at
 * another place each time. A short waking part that kept step with the ticks would meet all of them or none.
 */
function wakingStart(task: Task, time: number): number {
  if (task.dutyJitterSeed === undefined) return 0;
  const window = Math.floor(shifted(task, time) / DUTY_WINDOW_NS);
  const draw = mixWords(task.dutyJitterSeed, window) / 2 ** 32;
  return Math.floor(draw * (DUTY_WINDOW_NS - awakeNs(task)));
}

function positionInWindow(task: Task, time: number): number {
  return shifted(task, time) % DUTY_WINDOW_NS;
}

function shifted(task: Task, time: number): number {
  return time + DUTY_WINDOW_NS - task.dutyPhaseNs;
}
