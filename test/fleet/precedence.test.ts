import { expect } from 'chai';
import fc from 'fast-check';

import { byAge, byPriority, compareText } from '../../src/fleet/precedence.ts';

function named(name: string, created?: Date | string, priority = 0): Parameters<typeof byPriority>[0] {
  const creationTimestamp = created as Date | undefined;
  return { metadata: { name, ...(creationTimestamp ? { creationTimestamp } : {}) }, spec: { priority } };
}

function order(...objects: readonly ReturnType<typeof named>[]): readonly (string | undefined)[] {
  return [...objects].sort(byPriority).map(({ metadata }) => metadata.name);
}

describe('precedence among objects', () => {
  it('the higher priority is first, also of negative ones', () =>
    expect(order(named('a', undefined, -5), named('b'), named('c', undefined, 3))).to.deep.equal([
      'c',
      'b',
      'a',
    ]));

  it('then the older', () =>
    expect(
      order(
        named('a', '2026-01-02T00:00:00Z'),
        named('b', '2026-01-01T00:00:00Z'),
        named('c', '2025-01-01T00:00:00Z', -1),
      ),
    ).to.deep.equal(['b', 'a', 'c']));

  it('then by name', () =>
    expect(order(named('b', '2026-01-01T00:00:00Z'), named('a', '2026-01-01T00:00:00Z'))).to.deep.equal([
      'a',
      'b',
    ]));

  it('age may be a Date or text', () =>
    expect(
      byAge(named('b', new Date('2026-01-01T00:00:00Z')), named('a', '2026-01-01T00:00:01Z')),
    ).to.be.below(0));

  it('objects from files, which have no age, go by name', () =>
    expect(order(named('b'), named('a'))).to.deep.equal(['a', 'b']));

  it('text is compared by code units, not by a locale', () => {
    expect(['b', 'B', 'a', 'ä'].sort(compareText)).to.deep.equal(['B', 'a', 'b', 'ä']);
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(compareText(a, b) + compareText(b, a)).to.equal(0);
        expect(compareText(a, b) === 0).to.equal(a === b);
      }),
    );
  });
});
