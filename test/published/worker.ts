/** A process of its own that makes one run after the other, as it is told. */
import { outcomeOf } from './outcome.ts';
import type { Run } from './outcome.ts';

process.on('message', (run: Run) => {
  outcomeOf(run).then(
    (outcome) => process.send?.({ outcome }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
