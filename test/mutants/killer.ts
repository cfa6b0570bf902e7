/** How a run of mocha with its TAP reporter ended. */
export interface TestRun {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** The first test that failed, or undefined when all passed. */
export type Killer = string | undefined;

/**
 * What noticed the mistake. TAP, since mocha's JSON reporter ends with code 0 and no word when a failure holds a value
 * that JSON does not, such as a cgroup's bigint: a run counts as passed only if it says so.
 *
 * @throws Error if the run ended well but without a summary: then it proves nothing
 */
export function killerIn({ code, out, error }: TestRun): Killer {
  const failed = /^not ok \d+ (.*)$/m.exec(out)?.[1];
  if (failed !== undefined) return failed;
  const passed = /^# fail 0$/m.test(out);
  if (code !== 0)
    return passed ? 'the test run failed' : `the tests do not load: ${error.trim().split('\n')[0] ?? ''}`;
  if (!passed) throw new Error('mutants: a test run ended without a summary');
  return undefined;
}
