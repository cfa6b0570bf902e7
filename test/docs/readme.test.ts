import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { numasim } from '../cli/numasim.ts';

describe('the README', () => {
  it('shows what the demo prints today, but for the wall-clock time it took', async () => {
    const readme = readFileSync('README.md', 'utf8');
    const shown = /<!-- demo output -->\n```\n(?<output>.*?)\n```\n<!-- \/demo output -->/su.exec(readme);
    const { stdout } = await numasim(['run', '-f', 'manifests/samples/quickstart', '--duration', '60s']);
    const timeless = (text: string): string =>
      text.trim().replaceAll(/simulated in [\d.]+ s/gu, 'simulated in … s');
    expect(timeless(shown?.groups?.output ?? '')).to.equal(timeless(stdout));
  }).timeout(20_000);
});
