import { expect } from 'chai';
import { readFileSync } from 'node:fs';

import { errorTable, NumasimError, TerminalError } from '../src/errors.ts';

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');

describe('coded errors', () => {
  it('are all in docs/errors.md, with what to do, and nothing else is', () => {
    const rows = [...page.matchAll(/^\| `(NUMASIM_\w+)` \| .+ \| (.+) \|$/gmu)];
    expect(rows.map(([, code, remedy]) => [code, remedy])).to.deep.equal(Object.entries(errorTable));
  });

  it('say where, what and what to do', () => {
    const error = new NumasimError('NUMASIM_YAML_SYNTAX', 'is no YAML', 'a.yaml:3');
    expect(error.message).to.equal('a.yaml:3: is no YAML');
    expect(error.remedy).to.equal(errorTable.NUMASIM_YAML_SYNTAX);
  });

  it('tell those that no retry can help', () =>
    expect(new TerminalError('NUMASIM_OBJECT_INVALID', 'is wrong')).to.be.instanceOf(NumasimError));
});
