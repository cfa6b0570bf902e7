import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';

import type { Outcome, Run } from './outcome.ts';

type Answer = { readonly outcome: Outcome } | { readonly error: string };

/** A run as a key. */
export function runKey({ scenario, variant, seed }: Run): string {
  return `${scenario} ${variant} ${seed}`;
}

/**
 * Makes runs side by side, in as many processes as there are CPUs.
 *
 * @param onDone called after each
 * @returns by key @throws Error when one fails
 */
export async function runAll(
  runs: readonly Run[],
  onDone: (run: Run) => void,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const waiting = [...runs];
  const work = async (): Promise<void> => {
    const child = fork(new URL('worker.ts', import.meta.url));
    try {
      for (let run = waiting.shift(); run; run = waiting.shift()) {
        const answer = await new Promise<Answer>((resolve) => {
          child.once('message', (message) => {
            resolve(message as Answer);
          });
          child.once('exit', (code) => {
            resolve({ error: `the worker ended with ${String(code)}` });
          });
          child.send(run);
        });
        child.removeAllListeners();
        if ('error' in answer) throw new Error(`${runKey(run)}: ${answer.error}`);
        outcomes.set(runKey(run), answer.outcome);
        onDone(run);
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), runs.length) }, work));
  return outcomes;
}
