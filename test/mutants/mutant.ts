/** A deliberate mistake in the engine that at least one test must notice. */
export interface Mutant {
  /** Names it on the command line, for example `7.3-4-first-pass`. */
  readonly id: string;
  /** The rule of the behavioural specification that it breaks. */
  readonly ref: string;
  /** Path below `src/engine`. */
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** id, rule within the section, text to find, what to put in its place. */
export type MutantRow = readonly [id: string, rule: string, find: string, replace: string];

/** The mutants of one section and file. */
export function mutantsOf(section: string, file: string, rows: readonly MutantRow[]): readonly Mutant[] {
  return rows.map(([id, rule, find, replace]) => ({
    id: `${section}-${id}`,
    ref: `§${section} ${rule}`,
    file,
    find,
    replace,
  }));
}

/**
 * The source with the mistake in it.
 *
 * @throws Error if the text to find does not occur exactly once: the source has changed, and the list must follow
 */
export function applyMutant(source: string, { id, file, find, replace }: Mutant): string {
  const count = source.split(find).length - 1;
  if (count !== 1) {
    throw new Error(
      `mutant ${id}: ${JSON.stringify(find)} occurs ${count} times in src/engine/${file}, not once; ` +
        'the source has changed: update test/mutants/rules, and keep the mistake that the rule names',
    );
  }
  return source.replace(find, () => replace);
}
