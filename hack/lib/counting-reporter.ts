/**
 * A mocha reporter that shows what another one shows and leaves the counts in a file, for `hack/test.sh`:
 * `mocha --reporter hack/lib/counting-reporter.ts --reporter-option base=dot,counts=FILE`
 */
import { writeFileSync } from 'node:fs';
import mocha from 'mocha';

/** What mocha passes on from the command line. */
interface Options extends mocha.MochaOptions {
  readonly reporterOption: {
    readonly base: 'dot' | 'spec';
    /** Receives "passed failed skipped" when the run has ended. A run that crashes leaves no file. */
    readonly counts: string;
  };
}

const shown = { dot: mocha.reporters.Dot, spec: mocha.reporters.Spec } as const;

export default class CountingReporter extends mocha.reporters.Base {
  constructor(runner: mocha.Runner, options: Options) {
    super(runner, options);
    const { base, counts } = options.reporterOption;
    const { stats } = new shown[base](runner, options);
    runner.once('end', () => {
      writeFileSync(counts, `${stats.passes} ${stats.failures} ${stats.pending}\n`);
    });
  }
}
