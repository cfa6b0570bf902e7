import { expect } from 'chai';

import { kindDefinitions } from '../../../src/api/kinds.ts';
import { valueAtJsonPath } from '../../../src/cli/render/json-path.ts';

describe('JSON paths of printer columns', () => {
  const object = { status: { pods: { matched: 2 }, conditions: [{ type: 'Ready', status: 'True' }] } };

  it('name a field', () => expect(valueAtJsonPath(object, '.status.pods.matched')).to.equal(2));

  it('name the item of a list by the value of a field', () =>
    expect(valueAtJsonPath(object, '.status.conditions[?(@.type=="Ready")].status')).to.equal('True'));

  it('may name nothing', () => {
    expect(valueAtJsonPath(object, '.status.counters.numaPteUpdates')).to.equal(undefined);
    expect(valueAtJsonPath(object, '.status.conditions[?(@.type=="Stalled")].status')).to.equal(undefined);
  });

  it('of every kind are understood', () => {
    for (const { jsonPath } of kindDefinitions.flatMap(({ columns }) => columns)) {
      expect(valueAtJsonPath({}, jsonPath)).to.equal(undefined);
    }
  });

  it('of another form are a defect', () =>
    expect(() => valueAtJsonPath(object, '.status..matched')).to.throw('not a JSON path'));
});
