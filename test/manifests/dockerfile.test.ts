import { expect } from 'chai';
import { readFileSync } from 'node:fs';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const manifest = JSON.parse(read('package.json')) as {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};
const dockerfile = read('Dockerfile');

function argument(name: string): string | undefined {
  return new RegExp(`^ARG ${name}=(.+)$`, 'mu').exec(dockerfile)?.[1];
}

describe('Dockerfile', () => {
  it('runs the Node release that the tests run on', () =>
    expect(argument('NODE_VERSION')).to.equal(manifest.devDependencies.node));

  it('labels the image with the version of the package', () =>
    expect(argument('VERSION')).to.equal(manifest.version));

  it('starts the program of the package', () =>
    expect(dockerfile).to.contain(`ENTRYPOINT ["node", "/app/${manifest.bin.numasim}"]`));

  it('copies nothing that .dockerignore leaves out', () => {
    const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gmu)].map(([, name]) => name);
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gmu)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(new Set(copied)).to.deep.equal(new Set(allowed));
  });
});
