import { existsSync, readFileSync } from 'node:fs';

import { expect } from 'chai';

import { assess, assessIdentity } from './assess.ts';
import { CASES, IDENTITIES } from './cases.ts';
import type { Case, Outcomes } from './cases.ts';
import { outcomeOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';

const outcome = (elapsed: number): Outcome => ({ elapsed, user: 1, system: 1, throughput: 1, vmstat: {} });

const CASE: Case = {
  id: 'c',
  table: '2.4',
  scenario: 's',
  variants: ['off', 'base'],
  metric: 'elapsed',
  published: 0.5,
  of: ({ off, base }) => base!.elapsed / off!.elapsed,
  calibrated: false,
};

const pair = (off: number, on: number): Outcomes => ({ off: outcome(off), base: outcome(on) });

describe('a published result beside simulations', () => {
  it('has the spread of the seeds, and the error of their median', () => {
    const assessed = assess(CASE, [pair(100, 60), pair(100, 55), pair(100, 70)]);
    expect(assessed.simulated).to.deep.equal({ min: 0.55, median: 0.6, max: 0.7 });
    expect(assessed.ratioError).to.be.closeTo(0.2, 1e-12);
    expect(assessed.signRight).to.equal(true);
  });

  it('has the wrong sign if one seed has', () => {
    expect(assess(CASE, [pair(100, 60), pair(100, 101)]).signRight).to.equal(false);
  });

  it('that is a null result wants no change of more than 5 %', () => {
    const nothing = { ...CASE, published: 1.002 };
    expect(assess(nothing, [pair(100, 104)]).signRight).to.equal(true);
    expect(assess(nothing, [pair(100, 94)]).signRight).to.equal(false);
  });

  it('does not come out if nothing changes; a bound may be met exactly', () => {
    const equal = [pair(100, 100)];
    expect(assess({ ...CASE, published: 2 }, equal).signRight).to.equal(false);
    expect(assess({ ...CASE, published: 'more' }, equal).signRight).to.equal(false);
    expect(assess({ ...CASE, published: 'at least' }, equal).signRight).to.equal(true);
  });

  it('known by its sign alone has no error', () => {
    const { signRight, ratioError } = assess({ ...CASE, published: 'more' }, [pair(100, 120)]);
    expect([signRight, ratioError]).to.deep.equal([true, null]);
  });

  it('that has to be 0 is right at 0 only', () => {
    const zero = { ...CASE, published: 0, of: ({ base }: Outcomes) => base!.elapsed };
    expect(assess(zero, [pair(1, 0)])).to.include({ signRight: true, ratioError: 0 });
    expect(assess(zero, [pair(1, 2)])).to.include({ signRight: false, ratioError: null });
  });
});

describe('the published results', () => {
  it('X1 is exact', () => {
    for (const identity of IDENTITIES)
      expect(assessIdentity(identity)).to.include({ signRight: true, ratioError: 0 });
    expect(assessIdentity({ ...IDENTITIES[0]!, computed: 7.78 }).signRight).to.equal(false);
  });

  it('X2 holds of marks of huge pages, and asks for some', async () => {
    const x2 = CASES.find(({ id }) => id === 'X2')!;
    const marked = await outcomeOf({ scenario: x2.scenario, variant: 'huge-pages', seed: 1 });
    expect(marked.vmstat.numa_huge_pte_updates).to.be.greaterThan(512);
    expect(assess(x2, [{ 'huge-pages': marked }]).signRight).to.equal(true);
    expect(assess(x2, [{ 'huge-pages': outcome(1) }]).signRight).to.equal(false);
  }).timeout(60_000);

  it('have the manifests they name', () => {
    const root = 'manifests/samples/published';
    const files = CASES.flatMap(({ scenario, variants }) => [
      `${root}/${scenario}/workload.yaml`,
      ...variants
        .filter((name) => name !== 'base')
        .map((name) => `${root}/${scenario}/variants/${name}.yaml`),
    ]);
    expect(files.filter((file) => !existsSync(file))).to.deep.equal([]);
  });

  it('NUMA02_SMT comes out within 25 %, between its bounds', async () => {
    const run = async (variant: string): Promise<Outcome> =>
      await outcomeOf({ scenario: 'numa02-smt', variant, seed: 1 });
    const outcomes: Outcomes = {
      base: await run('base'),
      off: await run('off'),
      'hard-bind': await run('hard-bind'),
      'inverse-bind': await run('inverse-bind'),
    };
    const assessed = CASES.filter(({ id }) => id.startsWith('numa02-smt')).map((one) =>
      assess(one, [outcomes]),
    );
    expect(assessed.map(({ signRight }) => signRight)).to.deep.equal([true, true, true]);
    expect(Math.abs(assessed[0]?.ratioError ?? 1)).to.be.at.most(0.25);
  }).timeout(60_000);
});

describe('docs/published-results.md', () => {
  it('has a row for every case', () => {
    const page = readFileSync('docs/published-results.md', 'utf8');
    const rows = [...page.matchAll(/^\| \S+ +\| `(?<id>[^`]+)`/gmu)].map(({ groups }) => groups?.id);
    expect(rows).to.deep.equal([...IDENTITIES, ...CASES].map(({ id }) => id));
  });
});
