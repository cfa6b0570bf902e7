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

  it('with all of several errors, and each advice once', () => {
    const errors = ['a.yaml:1', 'b.yaml:2'].map(
      (where) => new NumasimError('NUMASIM_OBJECT_INVALID', 'x: is wrong', where),
    );
    const all = new AggregateError([
      ...errors,
      new NumasimError('NUMASIM_FILE_UNREADABLE', 'does not exist', 'c'),
    ]);
    expect(exitCodeOf(all)).to.equal(2);
    expect(formatError(all).split('\n')).to.deep.equal([
      'numasim: a.yaml:1: x: is wrong',
      'numasim: b.yaml:2: x: is wrong',
      'numasim: c: does not exist',
      '  Correct that field; `kubectl explain` describes it, and so do the CRDs (`numasim crds`). (NUMASIM_OBJECT_INVALID)',
      '  Check that the path exists and can be read. (NUMASIM_FILE_UNREADABLE)',
    ]);
  });

  it('with the first 50 of very many', () => {
    const error = new NumasimError('NUMASIM_OBJECT_INVALID', 'is wrong');
    const lines = formatError(new AggregateError(Array.from({ length: 60 }, () => error))).split('\n');
    expect(lines).to.have.length(52);
    expect(lines[50]).to.equal('numasim: and 10 more errors');
  });
});
