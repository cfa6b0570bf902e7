import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect } from 'chai';

import { run } from './run.ts';

function runTraces(...args: readonly string[]): {
  readonly code: number;
  readonly out: string;
  readonly error: string;
} {
  let out = '';
  let error = '';
  const code = run(args, { out: (text) => (out += text), error: (text) => (error += text) });
  return { code, out, error };
}

const recording = fileURLToPath(new URL('records/i1.json', import.meta.url));

describe('npm run traces', () => {
  it('prints cells, totals and the inputs taken as JSON', () => {
    const { code, out } = runTraces(recording, '-o', 'json', '--seeds', '1');
    const report = JSON.parse(out) as {
      cells: { scenario: string }[];
      totals: { cells: number };
      inputs: string[];
      assumptions: string[];
    };
    expect(code).to.equal(0);
    expect(report.totals.cells).to.equal(report.cells.length);
    expect(report.cells[0]).to.include({ scenario: 'i1', metric: 'numa_pte_updates', verdict: 'spread' });
    expect(report.inputs).to.include('forkToStartMs of the repetition');
    expect(report.assumptions).to.include('threads begin 8 ms after t = 0');
  });

  it('prints a table that ends with the totals', () => {
    expect(runTraces(recording, '--seeds', '1').out).to.match(/\d+ cells: \d+ spread .*band or better/);
  });

  it('names the file and the field of a recording that is none', () => {
    const directory = mkdtempSync(join(tmpdir(), 'numasim-traces-'));
    try {
      writeFileSync(join(directory, 'x.json'), '{"scenario": "x"}');
      const { code, error } = runTraces(directory);
      expect(code).to.equal(2);
      expect(error).to.match(/x\.json: title: /);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('refuses bad usage and paths that are not there', () => {
    expect(runTraces('-o', 'xml').code).to.equal(2);
    expect(runTraces('--seeds', '0').error).to.include('must be 1 or more');
    expect(runTraces('/nowhere').error).to.include('/nowhere');
  });
});
