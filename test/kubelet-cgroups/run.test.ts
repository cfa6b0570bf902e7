import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { run } from './run.ts';

const systemd = new URL('records/record-systemd.json', import.meta.url).pathname;
const cgroupfs = new URL('records/record-cgroupfs.json', import.meta.url).pathname;

interface Result {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

function cgroupTrees(...args: readonly string[]): Result {
  let out = '';
  let error = '';
  const code = run(args, { out: (text) => (out += text), error: (text) => (error += text) });
  return { code, out, error };
}

describe('the cgroup-trees command', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'cgroup-trees-'))));
  after(() => rmSync(folder, { recursive: true }));

  function broken(change: (json: Record<string, unknown>) => void): string {
    const json = JSON.parse(readFileSync(systemd, 'utf8')) as Record<string, unknown>;
    change(json);
    const file = join(folder, 'broken.json');
    writeFileSync(file, JSON.stringify(json));
    return file;
  }

  it('-o json: cells and totals, which agree', () => {
    const { code, out } = cgroupTrees(systemd, cgroupfs, '-o', 'json');
    const { cells, totals } = JSON.parse(out) as {
      readonly cells: readonly { readonly file: string; readonly equal: boolean }[];
      readonly totals: { readonly paths: number; readonly values: number; readonly equal: number };
    };
    expect(code).to.equal(0);
    expect(cells[0]).to.include.keys('pod', 'observation', 'path', 'file', 'predicted', 'recorded', 'equal');
    expect(totals.paths + totals.values).to.equal(cells.length);
    expect(totals.equal).to.equal(cells.length - 4);
  });

  it('a table: totals per file, then what differs and why', () => {
    const { code, out } = cgroupTrees(systemd);
    expect(code).to.equal(0);
    expect(out).to.match(/^RECORD +COMPARED +EQUAL +CELLS\n/u);
    expect(out).to.contain('1 differ:');
    expect(out).to.contain('predicted 107, recorded 103 (qos-level-lag)');
    expect(out).to.contain('qos-level-lag: The weight of the burstable level');
  });

  const refused = [
    ['no file', () => [], 'NUMASIM_USAGE: no FILE'],
    ['an unknown format', () => [systemd, '-o', 'yaml'], 'NUMASIM_USAGE: -o must be table or json'],
    ['an unknown option', () => [systemd, '--fast'], 'NUMASIM_USAGE: Unknown option'],
    ['a file that is not there', () => [join(folder, 'none')], `NUMASIM_FILE_UNREADABLE: /`],
    [
      'a file that is not JSON',
      () => {
        writeFileSync(join(folder, 'text'), 'paths');
        return [join(folder, 'text')];
      },
      'text: is not JSON',
    ],
    ['a record without a driver', () => [broken((json) => delete json.driver)], 'broken.json: driver: '],
    [
      'a state without directories',
      () => [broken((json) => (json.states = [{ label: 'x', at: '2026-01-01T00:00:00Z', pods: [] }]))],
      'broken.json: states.0.dirs: ',
    ],
    [
      'a quantity that is none',
      () => [broken((json) => ((json.node as { capacity: object }).capacity = { memory: 'much' }))],
      'NUMASIM_RECORD_INVALID: ',
    ],
    [
      'a kubelet configuration that is no mapping',
      () => [broken((json) => (json.kubeletConfigFile = 'none'))],
      'broken.json: kubeletConfigFile: ',
    ],
  ] as const;

  for (const [what, args, message] of refused) {
    it(`exit code 2 for ${what}, with the place`, () => {
      const { code, out, error } = cgroupTrees(...args());
      expect(code).to.equal(2);
      expect(out).to.equal('');
      expect(error).to.contain(message);
    });
  }
});
