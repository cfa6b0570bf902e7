import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { numasim } from '../cli/numasim.ts';

describe('docs/understanding-results.md', () => {
  it('reads what compare prints today', async () => {
    const page = readFileSync('docs/understanding-results.md', 'utf8');
    const shown = /<!-- compare output -->\n\n?```\n(?<output>.*?)\n```\n\n?<!-- \/compare output -->/su.exec(
      page,
    );
    const [, command = ''] = /^numasim (compare .*)$/mu.exec(page) ?? [];
    const { stdout } = await numasim(command.split(' '));
    expect(shown?.groups?.output?.trim()).to.equal(stdout.trim());
  }).timeout(60_000);
});
