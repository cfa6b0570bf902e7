/** `npm run --silent published -- [-o table|json] [--seeds N] [CASE…]`: published results beside what simulations of them give. */
import { parseArgs } from 'node:util';

import { textTable } from '../../src/cli/render/text-table.ts';
import { assess, assessIdentity } from './assess.ts';
import type { AssessedCase } from './assess.ts';
import { CASES, IDENTITIES } from './cases.ts';
import type { Case, Outcomes } from './cases.ts';
import type { Run } from './outcome.ts';
import { runAll, runKey } from './run-all.ts';

const usage = 'Usage: npm run --silent published -- [-o table|json] [--seeds N] [CASE…]\n';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    output: { type: 'string', short: 'o', default: 'table' },
    seeds: { type: 'string', default: '3' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const seedCount = Number(values.seeds);
const unknown = positionals.find((name) => !CASES.some((each) => isNamed(each, name)));

if (values.help) {
  process.stdout.write(usage);
} else if (!['table', 'json'].includes(values.output) || !(seedCount >= 1 && seedCount <= 100)) {
  refuse(`-o must be table or json, --seeds a number from 1 to 100`);
} else if (unknown !== undefined) {
  refuse(
    `${unknown} is neither a case nor a scenario: ${[...new Set(CASES.map(({ scenario }) => scenario))].join(', ')}`,
  );
} else {
  await main();
}

async function main(): Promise<void> {
  const cases = CASES.filter(
    (each) => positionals.length === 0 || positionals.some((name) => isNamed(each, name)),
  );
  const seeds = Array.from({ length: seedCount }, (_, index) => index + 1);
  const runs = new Map(
    cases
      .flatMap(({ scenario, variants }) =>
        variants.flatMap((variant) => seeds.map((seed): Run => ({ scenario, variant, seed }))),
      )
      .map((run) => [runKey(run), run]),
  );
  let done = 0;
  const outcomes = await runAll([...runs.values()], (run) => {
    process.stderr.write(`${++done}/${runs.size} ${runKey(run)}\n`);
  });
  const assessed = [
    ...(positionals.length === 0 ? IDENTITIES.map(assessIdentity) : []),
    ...cases.map((each) =>
      assess(
        each,
        seeds.map((seed): Outcomes =>
          Object.fromEntries(
            each.variants.map((variant) => [
              variant,
              outcomes.get(runKey({ scenario: each.scenario, variant, seed }))!,
            ]),
          ),
        ),
      ),
    ),
  ];
  const json = `${JSON.stringify({ cases: assessed }, null, 2)}\n`;
  process.stdout.write(values.output === 'json' ? json : report(assessed));
}

function isNamed({ id, scenario }: Case, name: string): boolean {
  return id === name || scenario === name;
}

function refuse(problem: string): void {
  process.stderr.write(`published: ${problem}\n${usage}`);
  process.exitCode = 2;
}

function report(cases: readonly AssessedCase[]): string {
  const number = (value: number): string => (value >= 100 ? value.toFixed(2) : value.toPrecision(3));
  const column = (header: string, of: (one: AssessedCase) => string, isNumber = true) => ({
    header,
    cells: cases.map(of),
    isNumber,
  });
  const table = textTable(
    [
      column('Table', ({ table: section }) => section, false),
      column('Case', ({ id }) => id, false),
      column('Metric', ({ metric }) => metric, false),
      column('Published', ({ published }) => (typeof published === 'number' ? number(published) : published)),
      column('Simulated', ({ simulated }) => number(simulated.median)),
      column('Range', ({ simulated: { min, max } }) => (min === max ? '' : `${number(min)}–${number(max)}`)),
      column('Error', ({ ratioError }) => (ratioError === null ? '' : `${(100 * ratioError).toFixed(0)} %`)),
      column('Sign', ({ signRight }) => (signRight ? 'right' : 'WRONG'), false),
      column('', ({ calibrated }) => (calibrated ? 'calibrated' : ''), false),
    ],
    160,
  );
  const wrong = cases.filter(({ signRight }) => !signRight).length;
  return `${table}\n${cases.length} cases, ${wrong} with a wrong sign. Everything simulated is simulated.\n`;
}
