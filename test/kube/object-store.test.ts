import { expect } from 'chai';
import fc from 'fast-check';

import { type Change, ObjectStore } from '../../src/kube/object-store.ts';
import { pod, type TestPod } from './builders.ts';

const summary = (changes: readonly Change<TestPod>[]): string[] =>
  changes.map(({ type, object: { metadata } }) => `${type} ${metadata.name} ${metadata.uid}`);

describe('the object store', () => {
  let store: ObjectStore<TestPod>;

  beforeEach(() => {
    store = new ObjectStore<TestPod>({
      node: ({ spec }) => (spec?.nodeName === undefined ? [] : [spec.nodeName]),
    });
  });

  it('knows an object that was deleted and created again as gone and new', () => {
    store.put(pod('a', 'u1', 10));
    expect(summary(store.put(pod('a', 'u2', 12)))).to.deep.equal(['deleted a u1', 'added a u2']);
    expect(summary(store.replace([pod('a', 'u3', 14)]))).to.deep.equal(['deleted a u2', 'added a u3']);
  });

  it('takes nothing that is not newer than what it has, however long the versions are', () => {
    store.put(pod('a', 'u1', 10));
    expect(store.put(pod('a', 'u1', 10))).to.deep.equal([]);
    expect(store.put(pod('a', 'u1', 9))).to.deep.equal([]);
    expect(store.put(pod('a', 'u1', 100))).to.have.length(1);
  });

  it('lets no late event revive an object that is gone', () => {
    store.put(pod('a', 'u1', 10));
    store.remove(pod('a', 'u1', 20));
    expect(store.put(pod('a', 'u1', 15))).to.deep.equal([]);
    expect(store.size).to.equal(0);
  });

  it('lets no late deletion of a former object remove the one that has its name now', () => {
    store.put(pod('a', 'u2', 30));
    expect(store.remove(pod('a', 'u1', 20))).to.deep.equal([]);
    expect(store.get('default/a')?.metadata.uid).to.equal('u2');
  });

  it('tells only differences of a replacement', () => {
    store.replace([pod('a', 'u1', 1), pod('b', 'u2', 2), pod('c', 'u3', 3)]);
    const changes = store.replace([pod('a', 'u1', 1), pod('b', 'u2', 9), pod('d', 'u4', 8)]);
    expect(summary(changes)).to.have.members(['deleted c u3', 'updated b u2', 'added d u4']);
  });

  it('finds objects by an index, through changes and replacements', () => {
    const names = (node: string): string[] =>
      store.byIndex('node', node).map(({ metadata }) => metadata.name);
    store.put(pod('a', 'u1', 1, 'n1'));
    store.put(pod('b', 'u2', 2, 'n1'));
    store.put(pod('c', 'u3', 3));
    expect(names('n1')).to.have.members(['a', 'b']);
    store.put(pod('a', 'u1', 4, 'n2'));
    expect(names('n1')).to.deep.equal(['b']);
    expect(names('n2')).to.deep.equal(['a']);
    store.remove(pod('b', 'u2', 5));
    expect(names('n1')).to.deep.equal([]);
    store.replace([pod('x', 'u9', 9, 'n1')]);
    expect(names('n1')).to.deep.equal(['x']);
    expect(names('n2')).to.deep.equal([]);
  });

  it('holds what the server holds, whatever is duplicated, and its differences lead there', () => {
    // A server's history: each step creates, updates or deletes one of three names.
    const history = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), remove: fc.boolean() }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(history, fc.array(fc.nat(29)), fc.option(fc.nat(29)), (steps, repeats, relistAt) => {
        const server = new Map<string, TestPod>();
        const mirrored = new Map<string, string>();
        const local = new ObjectStore<TestPod>();
        const follow = (changes: readonly Change<TestPod>[]): void => {
          for (const { type, key, object } of changes) {
            expect(mirrored.has(key), `${type} ${key}`).to.equal(type !== 'added');
            if (type === 'deleted') {
              mirrored.delete(key);
            } else {
              mirrored.set(key, object.metadata.uid ?? '');
            }
          }
        };
        steps.forEach(({ name, remove }, index) => {
          const known = server.get(name);
          const object = pod(name, known?.metadata.uid ?? `uid-${index}`, index + 1);
          const isDeletion = remove && known !== undefined;
          if (isDeletion) {
            server.delete(name);
          } else {
            server.set(name, object);
          }
          if (relistAt === index) {
            follow(local.replace([...server.values()]));
            return;
          }
          for (let times = repeats.includes(index) ? 2 : 1; times > 0; times--) {
            follow(isDeletion ? local.remove(object) : local.put(object));
          }
        });
        const uids = (objects: Iterable<TestPod>): Record<string, unknown> =>
          Object.fromEntries([...objects].map(({ metadata }) => [metadata.name, metadata.uid]));
        expect(uids(local.values())).to.deep.equal(uids(server.values()));
        expect(mirrored.size).to.equal(server.size);
      }),
    );
  });
});
