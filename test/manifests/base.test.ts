import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

import { crdFiles } from '../../src/api/crds.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('manifests/base', () => {
  it('installs every CRD there is', () => {
    const { resources } = parse(read('crds/Kustomization')) as { readonly resources: readonly string[] };
    expect(resources).to.have.members(crdFiles().map(({ name }) => name));
  });

  it('runs the image of this version', () => {
    const { images } = parse(read('manifests/base/kustomization.yaml')) as { readonly images: unknown };
    const { name, version } = JSON.parse(read('package.json')) as Readonly<Record<string, string>>;
    expect(images).to.deep.equal([{ name, newTag: version }]);
  });
});
