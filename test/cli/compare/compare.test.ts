import { expect } from 'chai';

import type { ObjectList } from '../../../src/cli/render/object-list.ts';
import type { Comparison } from '../../../src/cli/render/comparison-report.ts';
import { numasim } from '../numasim.ts';

const VARIANTS = 'manifests/samples/variants';
const quickstart = ['compare', '-f', 'manifests/samples/quickstart', '--duration', '20s'];
const onAndOff = [...quickstart, '--variant', `on=,off=${VARIANTS}/tenant-a-off.yaml`];

const tenantA = (
  comparison: Comparison,
  variant: number,
): Comparison['variants'][number]['containers'][number] =>
  comparison.variants[variant]!.containers.find(({ pod }) => pod === 'tenant-a')!;

describe('numasim compare', () => {
  it('shows what a variant changes, and nothing else', async () => {
    const { code, stdout, stderr } = await numasim([...onAndOff, '-o', 'json']);
    expect([code, stderr]).to.deep.equal([0, '']);
    const comparison = JSON.parse(stdout) as Comparison;
    expect([comparison.seconds, comparison.seeds]).to.deep.equal([20, [1, 2, 3]]);
    const [on, off] = comparison.variants;
    expect([on?.name, off?.name]).to.deep.equal(['on', 'off']);
    expect(on?.measures.pagesMigrated).to.deep.equal({ min: 16_384, median: 16_384, max: 16_384 });
    // X4: nobody is switched on in mode 4.
    expect(off?.measures).to.deep.include({
      pteUpdates: { min: 0, median: 0, max: 0 },
      autonumaCost: { min: 0, median: 0, max: 0 },
      hintLocalPercent: null,
    });
    expect(tenantA(comparison, 0).measures.localMemoryPercent?.min).to.equal(100);
    expect(tenantA(comparison, 1).measures.localMemoryPercent?.max).to.equal(0);
    expect(tenantA(comparison, 1).measures.numaLoadBalance?.max).to.equal(0);
  });

  it('runs each seed as numasim run does', async () => {
    const { stdout } = await numasim([...onAndOff, '--seed', '7', '--seeds', '2', '-o', 'json']);
    const [on] = (JSON.parse(stdout) as Comparison).variants;
    expect(on?.runs.map(({ seed }) => seed)).to.deep.equal([7, 8]);
    const run = await numasim([
      'run',
      ...['-f', 'manifests/samples/quickstart', '--duration', '20s', '--seed', '8', '-o', 'json'],
    ]);
    const node = (JSON.parse(run.stdout) as ObjectList).items.find((item) => item.kind === 'SimulatedNode');
    expect(on?.runs[1]?.digests).to.deep.equal({ 'node-0': node?.status?.digest });
  });

  it('adds objects that the base does not have: another mode for every node', async () => {
    const args = [...quickstart, '--variant', 'mode-4=', '--variant', `mode-1=${VARIANTS}/mode-1.yaml`];
    const { stdout } = await numasim([...args, '--seeds', '1', '-o', 'json']);
    const { variants } = JSON.parse(stdout) as Comparison;
    const [mode4, mode1] = variants.map(
      ({ containers }) => containers.find(({ pod }) => pod === 'tenant-b')?.measures.pagesMigrated?.median,
    );
    expect(mode4).to.equal(0);
    expect(mode1).to.be.greaterThan(16_000);
  });

  it('is a table for people, at most 100 characters wide, with the rows of mmtests', async () => {
    const { code, stdout } = await numasim(onAndOff);
    expect(code).to.equal(0);
    const lines = stdout.split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).to.be.at.most(100);
    expect(stdout).to.match(/^ +ON {2}RANGE +OFF$/mu);
    expect(stdout).to.match(/^NUMA base-page range updates +\d+ {2}\d+–\d+ +0$/mu);
    expect(stdout).to.match(/^AutoNUMA cost +\d+\.\d\d {2}\d+\.\d\d–\d+\.\d\d +0\.00$/mu);
    expect(stdout).to.match(/^NUMA hint local percent .* -$/mu);
    expect(stdout).to.match(/^quickstart\/tenant-a\/app +node-0 +off +0 +0\.0 /mu);
    expect(stdout).to.include('All numbers are simulated: 20 s each, medians of seeds 1, 2, 3.');
  });

  it('says of each pod whether it gains, and what it took, with all costs and seeds', async () => {
    const args = [...quickstart, '--variant', `off=${VARIANTS}/tenant-a-off.yaml,on=`, '-o', 'json'];
    const { verdicts, variants } = JSON.parse((await numasim(args)).stdout) as Comparison;
    const [ofA, ofB] = verdicts;
    expect(ofA).to.include({ pod: 'tenant-a', variant: 'on', baseline: 'off', verdict: 'gains' });
    expect(Object.keys(ofA?.gainPercent ?? {})).to.deep.equal(['Low', 'Default', 'High']);
    expect(ofA?.gainPercent.Low?.max).to.be.lessThan(ofA?.gainPercent.High?.min ?? 0);
    expect(ofA?.reason).to.match(/^local accesses 0\.0 → \d+\.\d %; pages moved 0 → 16384; /u);
    expect(ofB).to.include({ pod: 'tenant-b', verdict: 'unchanged' });
    expect(variants[1]?.work.map(({ costSet, seed }) => `${costSet} ${seed}`)).to.have.length(9);
  });

  it('of one set of costs has the verdict by that', async () => {
    const args = [...quickstart, '--variant', `off=${VARIANTS}/tenant-a-off.yaml,on=`, '--costs', 'HIGH'];
    const { stdout } = await numasim([...args, '--seeds', '1']);
    expect(stdout).to.match(/^quickstart\/tenant-a: on gains \d+\.\d % over off$/mu);
    expect(stdout).to.match(/^Balancing CPU s, high costs +0\.00 +0\.\d\d$/mu);
    expect(stdout).to.include('Tables: high costs. Verdicts: high costs.');
  });

  it('reads standard input once, for all variants', async () => {
    const policy = (balancing: string): string =>
      `apiVersion: numasim.dev/v1alpha1\nkind: NumaBalancingPolicy\nmetadata: { name: p }\n` +
      `spec: { podSelector: {}, balancing: ${balancing} }\n`;
    const args = ['compare', '-f', '-', '--variant', 'a=,b=', '--duration', '1s', '--seeds', '1'];
    const { code, stderr } = await numasim(args, policy('Enabled'));
    expect([code, stderr]).to.deep.equal([0, '']);
  });

  describe('bad input ends with 2, and nothing is printed as a result', () => {
    for (const [what, args, message] of [
      ['one variant', ['--variant', 'a='], '--variant: two or more are compared'],
      ['no variant', [], "required option '--variant <name=path>' not specified"],
      ['a path that is not there', ['--variant', 'a=,b=nowhere.yaml'], 'nowhere.yaml: does not exist'],
      [
        'unknown costs',
        ['--variant', 'a=,b=', '--costs', 'low,low'],
        'It must be some of low, default and high',
      ],
      ['no seeds', ['--variant', 'a=,b=', '--seeds', '0'], 'It must be a whole number from 1 to 100.'],
    ] as const) {
      it(what, async () => {
        const { code, stdout, stderr } = await numasim([...quickstart, ...args]);
        expect([code, stdout]).to.deep.equal([2, '']);
        expect(stderr).to.include(message);
      });
    }

    it('an object twice in one variant: that is no replacement', async () => {
      const config =
        'apiVersion: numasim.dev/v1alpha1\nkind: NumaNodeConfig\nmetadata: { name: c }\nspec: {}\n';
      const { code, stderr } = await numasim(
        [...quickstart, '--variant', 'a=,b=-'],
        `${config}---\n${config}`,
      );
      expect(code).to.equal(2);
      expect(stderr).to.include('stdin:6: NumaNodeConfig c: is already defined at stdin:1');
    });
  });
});
