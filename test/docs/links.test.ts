import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** Every page a reader may come to, relative to the root. */
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** GitHub's anchors: lower case, punctuation gone, spaces as dashes. */
function anchors(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? new URL(page, root) : new URL(path, new URL(page, root));
  if (!existsSync(file)) return true;
  return anchor !== undefined && !anchors(readFileSync(file, 'utf8')).includes(anchor);
}

describe('links between pages', () => {
  for (const page of pages) {
    it(`of ${page} lead somewhere`, () => {
      const text = readFileSync(new URL(page, root), 'utf8');
      const targets = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/gu), ...text.matchAll(/src="([^"]+)"/gu)];
      expect(
        targets.map(([, target = '']) => target).filter((target) => isBroken(page, target)),
      ).to.deep.equal([]);
    });
  }
});
