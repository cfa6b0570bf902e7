import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

import { crdFiles, customResourceDefinitions } from '../../src/api/crds.ts';
import { schemaNodes } from './schema-nodes.ts';
import type { SchemaNode } from './schema-nodes.ts';

const directory = new URL('../../crds/', import.meta.url);

const crds = customResourceDefinitions();

/** The paths of the nodes of which `isWrong` is true. */
function pathsWhere(isWrong: (node: SchemaNode) => boolean): readonly string[] {
  return schemaNodes()
    .filter(([, node]) => isWrong(node))
    .map(([path]) => path);
}

describe('the CRDs', () => {
  it('are in crds/ as `npm run crds` writes them', () => {
    const generated = crdFiles();
    const present = readdirSync(directory).filter((name) => name.endsWith('.yaml'));
    expect(present).to.have.members(generated.map(({ name }) => name));
    for (const { name, content } of generated) {
      expect(readFileSync(new URL(name, directory), 'utf8'), `${name}: run \`npm run crds\``).to.equal(
        content,
      );
    }
  });

  it('are YAML that reads back as what it was made from', () => {
    expect(crdFiles().map(({ content }) => parse(content) as unknown)).to.deep.equal(
      JSON.parse(JSON.stringify(crds)),
    );
  });

  it('are the same bytes each time', () => expect(crdFiles()).to.deep.equal(crdFiles()));

  describe('on every field', () => {
    it('have a description that ends as a sentence does', () =>
      expect(pathsWhere(({ description }) => !/[.)]$/u.test(description ?? ''))).to.deep.equal([]));

    it('bound every list, map and text', () => {
      expect(pathsWhere((node) => node.type === 'array' && node.maxItems === undefined)).to.deep.equal([]);
      expect(
        pathsWhere((node) => node.additionalProperties !== undefined && node.maxProperties === undefined),
      ).to.deep.equal([]);
      expect(
        pathsWhere(
          (node) => node.type === 'string' && node.enum === undefined && node.maxLength === undefined,
        ),
      ).to.deep.equal([]);
    });

    it('bound every number, and say how wide it is', () =>
      expect(
        pathsWhere(
          (node) =>
            node.type === 'integer' &&
            (node.format === undefined ||
              (node.enum === undefined && (node.minimum === undefined || node.maximum === undefined))),
        ),
      ).to.deep.equal([]));

    it('say how each list is merged', () =>
      expect(
        pathsWhere((node) => node.type === 'array' && node['x-kubernetes-list-type'] === undefined),
      ).to.deep.equal([]));

    it('have no fractions and no unsigned numbers', () =>
      expect(
        pathsWhere((node) => node.type === 'number' || (node.format ?? '').startsWith('u')),
      ).to.deep.equal([]));

    it('have words in CamelCase', () =>
      expect(
        pathsWhere((node) =>
          (node.enum ?? []).some((word) => typeof word === 'string' && !/^[A-Z][A-Za-z0-9]*$/u.test(word)),
        ),
      ).to.deep.equal([]));
  });
});
