import { expect } from 'chai';
import fc from 'fast-check';

import { quantityValue } from '../../src/api/quantity.ts';
import type { RegionProfile } from '../../src/api/memory-profile.ts';
import { defaultProfile } from '../../src/workload/default-profile.ts';

const page = 4096;

type Resources = Parameters<typeof defaultProfile>[0]['resources'];

function processOf(resources?: Resources): {
  readonly threads: number;
  readonly regions: readonly RegionProfile[];
} {
  const { processes } = defaultProfile({ name: 'app', ...(resources ? { resources } : {}) });
  const [process] = processes;
  if (!process || processes.length !== 1) throw new Error('one process was expected');
  return { threads: process.threads, regions: process.regions ?? [] };
}

/** Bytes of all threads' private regions, and of the shared one. */
function sizes(resources?: Resources): { readonly privateBytes: number; readonly sharedBytes: number } {
  const { threads, regions } = processOf(resources);
  const sum = (shared: boolean): number =>
    regions
      .filter((each) => each.shared === shared)
      .reduce((total, { size }) => total + quantityValue(size), 0);
  return { privateBytes: sum(false) * threads, sharedBytes: sum(true) };
}

function total(resources?: Resources): number {
  const { privateBytes, sharedBytes } = sizes(resources);
  return privateBytes + sharedBytes;
}

describe('a container without a profile', () => {
  it('is one process of its name', () => {
    const made = defaultProfile({ name: 'app' });
    expect([made.name, made.cpus, made.processes.length]).to.deep.equal(['app', undefined, 1]);
  });

  describe('has a thread per CPU of its request', () => {
    const cases = { '250m': 1, '1': 1, '1001m': 2, '1500m': 2, '4': 4, '0': 1 };
    for (const [cpu, threads] of Object.entries(cases)) {
      it(`${cpu}: ${threads}`, () => expect(processOf({ requests: { cpu } }).threads).to.equal(threads));
    }

    it('one without a request, whatever the limit', () =>
      expect(processOf({ limits: { cpu: '8' } }).threads).to.equal(1));
  });

  describe('is as large as', () => {
    it('its memory request', () =>
      expect(total({ requests: { memory: '128Mi' }, limits: { memory: '1Gi' } })).to.equal(128 * 2 ** 20));
    it('its limit, without a request', () =>
      expect(total({ limits: { memory: '32Mi' } })).to.equal(32 * 2 ** 20));
    it('64Mi, without either', () => expect(total()).to.equal(64 * 2 ** 20));
    it('64Mi, with a request of nothing', () =>
      expect(total({ requests: { memory: '0' } })).to.equal(64 * 2 ** 20));
  });

  it('four fifths of it are private, one fifth is shared', () => {
    const { privateBytes, sharedBytes } = sizes({ requests: { cpu: '4', memory: '100Mi' } });
    expect(privateBytes / sharedBytes).to.be.closeTo(4, 0.01);
  });

  it('touches all of it uniformly, and writes', () => {
    for (const region of processOf().regions) {
      expect(region).to.include({ pattern: 'Uniform', writePercent: 50, hugePages: 'Never' });
      expect(region.touchesPerSecond).to.be.above(0);
    }
  });

  it('fits into a limit that equals the request, in whole pages, however small', () => {
    const memory = fc.integer({ min: 1, max: 2 ** 36 });
    fc.assert(
      fc.property(memory, fc.integer({ min: 1, max: 128 }), (bytes, cpus) => {
        const { threads, regions } = processOf({ requests: { cpu: String(cpus), memory: String(bytes) } });
        const pages = regions.map(({ size, shared }) => {
          expect(quantityValue(size)).to.be.at.least(1);
          return Math.ceil(quantityValue(size) / page) * (shared ? 1 : threads);
        });
        const sum = pages.reduce((a, b) => a + b, 0);
        expect(sum).to.equal(Math.max(1, Math.floor(bytes / page)));
      }),
    );
  });
});
