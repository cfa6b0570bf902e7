import { expect } from 'chai';

import { exitCodeOf, formatError } from '../../src/cli/exit.ts';
import { NumasimError } from '../../src/errors.ts';

describe('how the program ends', () => {
  it('with 2 for bad input', () =>
    expect(exitCodeOf(new NumasimError('NUMASIM_OBJECT_INVALID', 'is wrong'))).to.equal(2));

  it('with 1 for what failed', () => {
    expect(exitCodeOf(new NumasimError('NUMASIM_API_UNREACHABLE', 'does not answer'))).to.equal(1);
    expect(exitCodeOf(new TypeError('defect'))).to.equal(1);
  });

  it('saying where, what, and what to do', () =>
    expect(formatError(new NumasimError('NUMASIM_YAML_SYNTAX', 'is no YAML', 'a.yaml:3'))).to.equal(
      'numasim: a.yaml:3: is no YAML\n  Correct the YAML at that line. (NUMASIM_YAML_SYNTAX)',
    ));

  it('saying that a defect is one', () =>
    expect(formatError(new TypeError('x'))).to.include('defect in numasim'));
});
