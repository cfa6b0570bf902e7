import { expect } from 'chai';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';

import { numasim } from './numasim.ts';

const folder = 'test/scenarios';
const inputs = readdirSync(folder).filter((name) => name.endsWith('.input.yaml'));
const update = process.env.UPDATE_GOLDEN === '1';

describe('scenarios: what goes in and what comes out', () => {
  for (const input of inputs) {
    it(input.replace('.input.yaml', ''), async () => {
      const output = `${folder}/${input.replace('.input.', '.output.')}`;
      const { code, stdout } = await numasim([
        'run',
        '-f',
        `${folder}/${input}`,
        '--duration',
        '20s',
        '-o',
        'yaml',
      ]);
      expect(code).to.equal(0);
      if (update) writeFileSync(output, stdout);
      expect(existsSync(output), `${output}: see ${folder}/README.md`).to.equal(true);
      expect(stdout).to.equal(readFileSync(output, 'utf8'));
    });
  }
});
