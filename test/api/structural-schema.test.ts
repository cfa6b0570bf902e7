import { expect } from 'chai';
import { z } from 'zod';

import { structuralSchema } from '../../src/api/structural-schema.ts';
import { withRules } from '../../src/api/rule.ts';

describe('a structural schema', () => {
  it('leaves it to the API server to refuse unknown fields', () =>
    expect(structuralSchema(z.strictObject({}).describe('An object.'))).to.deep.equal({
      description: 'An object.',
      type: 'object',
      properties: {},
    }));

  it('says integer or string in the one way that is allowed', () =>
    expect(
      structuralSchema(z.union([z.int().min(0).max(5), z.string().min(1).max(9)]).describe('Either.')),
    ).to.deep.equal({
      description: 'Either.',
      'x-kubernetes-int-or-string': true,
      anyOf: [{ type: 'integer' }, { type: 'string' }],
      minimum: 0,
      minLength: 1,
      maxLength: 9,
    }));

  it('carries rules, with the field they are about', () => {
    const schema = withRules(z.strictObject({}), 'An object.', [
      { cel: 'true', message: 'must be fine', field: 'a', check: () => true },
    ]);
    expect(structuralSchema(schema)['x-kubernetes-validations']).to.deep.equal([
      { rule: 'true', message: 'must be fine', fieldPath: '.a' },
    ]);
  });

  it('does not exist without descriptions', () =>
    expect(() => structuralSchema(z.strictObject({ a: z.boolean() }).describe('An object.'))).to.throw(
      '.a: no description',
    ));

  it('does not exist for other alternatives', () =>
    expect(() => structuralSchema(z.union([z.boolean(), z.string()]).describe('Either.'))).to.throw(
      'a union other than integer or string',
    ));

  it('does not exist with what a CRD cannot express', () =>
    expect(() => structuralSchema(z.string().meta({ description: 'Text.', contentEncoding: 'x' }))).to.throw(
      'contentEncoding has no place',
    ));
});
