import { expect } from 'chai';
import fc from 'fast-check';

import { parseManifests } from '../../../src/cli/manifests/manifest.ts';

const parse = (text: string): ReturnType<typeof parseManifests> => parseManifests({ name: 'a.yaml', text });
const problems = (text: string): readonly string[] => parse(text).errors.map(({ message }) => message);

describe('reading manifests', () => {
  it('takes several documents, and lists as their items, each with its line', () => {
    const { manifests, errors } = parse(`
apiVersion: v1
kind: Pod
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Node
  - apiVersion: v1
    kind: PodList
    items:
      - {apiVersion: v1, kind: Pod, metadata: {name: x}}
`);
    expect(errors).to.deep.equal([]);
    expect(manifests.map((each) => [each.kind, each.place()])).to.deep.equal([
      ['Pod', 'a.yaml:2'],
      ['Node', 'a.yaml:8'],
      ['Pod', 'a.yaml:13'],
    ]);
    expect(manifests[1]?.place('kind')).to.equal('a.yaml:9');
  });

  it('takes JSON', () => {
    const { manifests } = parse('{\n "apiVersion": "v1",\n "kind": "Pod"\n}\n');
    expect(manifests[0]?.place('kind')).to.equal('a.yaml:3');
  });

  it('finds nothing in comments and empty documents', () => {
    expect(parse('# nothing\n---\n---\n')).to.deep.equal({ manifests: [], errors: [] });
    expect(parse('')).to.deep.equal({ manifests: [], errors: [] });
  });

  it('reads merge keys', () => {
    const [manifest] = parse('base: &b {kind: Pod}\napiVersion: v1\n<<: *b\n').manifests;
    expect(manifest?.kind).to.equal('Pod');
  });

  it('names the line of a syntax error, and reads the other documents', () => {
    const { manifests, errors } = parse(
      'apiVersion: v1\nkind: Pod\n---\na: 1\nb: [1, 2\n---\napiVersion: v1\nkind: Node\n',
    );
    expect(errors[0]?.code).to.equal('NUMASIM_YAML_SYNTAX');
    expect(errors[0]?.message).to.match(/^a\.yaml:[56]: /u);
    expect(manifests.map(({ kind }) => kind)).to.include('Pod');
  });

  it('refuses a key that is given twice', () => {
    expect(problems('kind: Pod\napiVersion: v1\nkind: Node\n')).to.deep.equal([
      'a.yaml:3: Map keys must be unique',
    ]);
  });

  it('refuses what is no object, or does not say what it is', () => {
    expect(problems('- 1\n')).to.deep.equal([
      'a.yaml:1: must be an object with apiVersion, kind and metadata',
    ]);
    expect(problems('\nkind: Pod\n')).to.deep.equal(['a.yaml:2: apiVersion: is required']);
    expect(problems('apiVersion: v1\nkind: 3\n')).to.deep.equal(['a.yaml:1: kind: is required']);
  });

  it('does not expand a bomb of aliases', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const previous = level === 0 ? 'x' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array.from({ length: 9 }, () => previous).join(', ')}]`;
    });
    expect(parse(`${levels.join('\n')}\n`).errors[0]?.code).to.equal('NUMASIM_YAML_SYNTAX');
  });

  it('never throws, whatever the text', () => {
    const fragments = fc.constantFrom(
      '- ',
      'a: ',
      '\n',
      '  ',
      '{',
      '[',
      ']',
      '&a ',
      '*a',
      '"',
      "'",
      '---\n',
      '|',
      '>',
      '!!set',
      '<<: ',
      '\t',
      '\0',
      '𝒳',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.array(fragments).map((all) => all.join('')),
        ),
        (text) => {
          parse(text);
        },
      ),
    );
    parse('['.repeat(20_000));
  });
});
