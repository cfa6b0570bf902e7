import { expect } from 'chai';
import { LineCounter, parseDocument } from 'yaml';

import { offsetOfPath } from '../../../src/cli/manifests/line-of-path.ts';

const text = `metadata:
  name: web
  labels:
    app.kubernetes.io/name: web
    app: web
spec:
  template: &template
    containers:
      - name: first
      - name: second
        cpu: 1
  copy: *template
`;

function lineOf(path: string): number {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  return lineCounter.linePos(offsetOfPath(document, document.contents, path)).line;
}

describe('the line of a field', () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ['a field', 'metadata.name', 2],
    ['a field of a list item', 'spec.template.containers[1].cpu', 11],
    ['a list item', 'spec.template.containers[1]', 10],
    ['a key with dots', 'metadata.labels.app.kubernetes.io/name', 4],
    ['the key itself, where another begins alike', 'metadata.labels.app', 5],
    ['a field behind an alias', 'spec.copy.containers[1].cpu', 11],
    ['the nearest object, for a field that is missing', 'spec.template.containers[0].image', 9],
    ['the nearest object, for a list item that is missing', 'spec.template.containers[7]', 8],
    ['the beginning, for no path', '', 1],
  ];
  for (const [what, path, line] of cases) {
    it(`is found for ${what}`, () => expect(lineOf(path)).to.equal(line));
  }
});
