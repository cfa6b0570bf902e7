import type { MemoryObject } from './memory-object.ts';

/** Pages a CPU collects before it adds them to the LRU lists (the kernel's folio batch). */
export const LRU_BATCH_PAGES = 31;

interface Waiting {
  readonly object: MemoryObject;
  readonly page: number;
}

/**
 * The per-CPU batches of newly allocated base pages. A page in a batch cannot be isolated, so it cannot migrate: the
 * last 0–30 pages allocated on a CPU fail at every fault until the batch fills (REF §10.1 row 4).
 */
export class LruBatches {
  readonly #batches: Waiting[][];
  /** Pages that somebody keeps off the lists until the next drain. */
  readonly #held: Waiting[] = [];

  constructor(cpuCount: number) {
    this.#batches = Array.from({ length: cpuCount }, () => []);
  }

  /** Adds a page just allocated on a CPU; the page that fills the batch drains it. */
  add(cpu: number, object: MemoryObject, page: number): void {
    const batch = this.#batches[cpu]!;
    batch.push({ object, page });
    object.batched[page] = 1;
    if (batch.length === LRU_BATCH_PAGES) empty(batch);
  }

  /** Keeps a page off its LRU list until everything is drained. */
  hold(object: MemoryObject, page: number): void {
    this.#held.push({ object, page });
    object.batched[page] = 1;
  }

  /** Adds every page that waits or is held to its LRU list. */
  drain(): void {
    for (const batch of this.#batches) empty(batch);
    empty(this.#held);
  }

  /** Forgets the pages of an object that is freed. */
  drop(object: MemoryObject): void {
    for (const batch of [...this.#batches, this.#held]) {
      const kept = batch.filter((entry) => entry.object !== object);
      batch.length = 0;
      batch.push(...kept);
    }
  }
}

function empty(batch: Waiting[]): void {
  for (const { object, page } of batch) object.batched[page] = 0;
  batch.length = 0;
}
