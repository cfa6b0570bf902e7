import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { cellTable, shownTable } from './cell-table.ts';
import { compareRecording, totalsOf } from './compare.ts';
import type { Cell } from './compare.ts';
import { metricsOf } from './metrics.ts';
import { readRecording } from './record.ts';
import { replay } from './replay.ts';
import { accessRates, recordedRun } from './recorded-run.ts';

const SEEDS = [1, 2, 3, 4, 5];
const fidelity = readFileSync('docs/fidelity.md', 'utf8');
const directory = fileURLToPath(new URL('records/', import.meta.url));
const recordings = readdirSync(directory)
  .filter((name) => name.endsWith('.json'))
  .map((name) => readRecording(directory + name));

describe('metrics of a run', () => {
  it("are, for the recordings, those the recordings' own summaries state", () => {
    const repetitions = recordings.flatMap((recording) =>
      recording.repetitions.map((repetition, index) => ({ recording, repetition, index })),
    );
    for (const { recording, repetition, index } of repetitions) {
      const stated = recording.perRepetition[index] ?? {};
      const metrics = [...metricsOf(recordedRun(repetition), accessRates(recording))];
      for (const [metric, value] of metrics.filter(([name]) => name in stated)) {
        // The summaries round shares to three places, and have null for "never".
        const expected = typeof stated[metric] === 'number' ? stated[metric] : -1;
        expect(value ?? -1, `${recording.scenario} ${index} ${metric}`).to.be.closeTo(expected, 0.001);
      }
    }
  });
});

describe('replays of a real kernel', function () {
  this.timeout(600_000);

  let cells: readonly Cell[] = [];
  before(() => {
    cells = recordings.flatMap((recording) => compareRecording(recording, SEEDS));
  });
  const outOf = (scenarios: readonly string[]): readonly string[] =>
    cells
      .filter(({ scenario, verdict }) => scenarios.includes(scenario) && verdict === 'out')
      .map(({ scenario, metric }) => `${scenario} ${metric}`);

  it('agree in at least 97 % of the cells, and lie within what the kernel did in 88 %', () => {
    const { cells: count, spread, out } = totalsOf(cells);
    expect(1 - out / count).to.be.at.least(0.97);
    expect(spread / count).to.be.at.least(0.88);
  });

  it('are what docs/fidelity.md shows (npm run --silent traces -- --write docs/fidelity.md)', () => {
    expect(shownTable(fidelity)).to.equal(cellTable(cells));
  });

  it('are explained in docs/fidelity.md where they are out', () => {
    const [, afterCells = ''] = fidelity.split('<!-- /cells -->');
    const lines = afterCells.split('\n');
    for (const { scenario, metric } of cells.filter(({ verdict }) => verdict === 'out')) {
      const isExplained = lines.some(
        (line) => line.startsWith(`| ${scenario} |`) && line.includes(`\`${metric}\``),
      );
      expect(isExplained, `${scenario} ${metric}`).to.equal(true);
    }
  });

  it('have the same digest when they are repeated, and another with another seed where anything is drawn', () => {
    const digests = (seed: number): readonly string[] =>
      recordings.map((recording) => replay(recording, recording.repetitions[0]!, seed).digest);
    const [first, again, other] = [digests(1), digests(1), digests(2)];
    expect(again).to.deep.equal(first);
    expect(other).not.to.deep.equal(first);
  });

  it('agree for mode 4: flags, nested groups, toggled, on the root, ignored in mode 1 (e7: docs/fidelity.md)', () => {
    expect(outOf(['e1', 'e2', 'e3', 'e6', 'e8'])).to.deep.equal([]);
    expect(outOf(['e7'])).to.deep.equal(['e7 local90Ms']);
  });

  it('agree for interleaved memory: V1 as posted, mainline (d3: docs/fidelity.md)', () => {
    expect(outOf(['d5'])).to.deep.equal([]);
    expect(outOf(['d3'])).to.deep.equal(['d3 local90Ms']);
  });

  it('agree for RFC V1 as posted: the sentinel on base pages and on huge pages', () => {
    expect(outOf(['d8', 'd10'])).to.deep.equal([]);
  });

  it('agree where nothing may happen: mode 0, one memory node, policies without the flag', () => {
    expect(outOf(['i1', 'p1', 'd1', 'f1'])).to.deep.equal([]);
  });

  it('agree for huge pages', () => {
    expect(outOf(['g1'])).to.deep.equal([]);
  });
});
