import { expect } from 'chai';

import { numaNodeConfigSpec } from '../../src/api/numa-node-config.ts';
import type { NumaNodeConfigSpec } from '../../src/api/numa-node-config.ts';
import { resolveNodeConfig, seedFromName } from '../../src/api/resolve-node-config.ts';

function spec(fields: object): NumaNodeConfigSpec {
  return numaNodeConfigSpec.parse(fields);
}

describe('the config of a node', () => {
  it('without any NumaNodeConfig is the proposal as meant: mode 4, V1, two sockets, speed 1', () => {
    const config = resolveNodeConfig(undefined, 'node-a');
    expect(config.numaBalancing).to.equal(4);
    expect(config.rfc).to.deep.equal({
      version: 'V1',
      interleave: true,
      thpMarking: 'AsPosted',
      sentinel: 'Intended',
    });
    expect(config.topology).to.deep.equal({ preset: 'TwoSocket' });
    expect(config.topologyIsDefault).to.equal(true);
    expect(config.simulation).to.deep.equal({ speed: 1, pageSampling: 1, seed: seedFromName('node-a') });
    expect(config.cgroups).to.deep.equal({
      driver: 'Systemd',
      root: '/',
      runtime: 'Containerd',
      ociRuntime: 'Runc',
      cpuWeightConversion: 'Logarithmic',
    });
  });

  it("has the kernel's own tunables and the switches of REF §21 by default", () => {
    const { tunables, kernel } = resolveNodeConfig(undefined, 'node-a');
    expect(tunables).to.deep.equal({
      scanDelayMs: 1000,
      scanPeriodMinMs: 1000,
      scanPeriodMaxMs: 60_000,
      scanSizeMb: 256,
      hotThresholdMs: 1000,
      promoteRateLimitMBps: 65_536,
    });
    expect(kernel).to.deep.equal({
      hz: 250,
      stickyMigrationFailure: false,
      singleNodeCpusetSkip: true,
      swapSkipsMmLess: true,
      taskCounters: true,
      pidFilter: 'Complete',
      pseudoInterleaving: true,
    });
  });

  it('is the same for an empty NumaNodeConfig as for none', () =>
    expect(resolveNodeConfig(spec({}), 'node-a')).to.deep.equal(resolveNodeConfig(undefined, 'node-a')));

  for (const [version, interleave] of [
    ['V1', true],
    ['V2', false],
    ['AllAncestors', false],
  ] as const) {
    it(`has interleave ${interleave ? 'on' : 'off'} with ${version}, unless it is set`, () => {
      const resolve = (rfc: object): boolean => resolveNodeConfig(spec({ rfc }), 'n').rfc.interleave;
      expect(resolve({ version })).to.equal(interleave);
      expect(resolve({ version, interleave: !interleave })).to.equal(!interleave);
    });
  }

  it("has the seed that is set, 0 too, else one of the node's name", () => {
    const seedOf = (fields: object, name: string): number =>
      resolveNodeConfig(spec(fields), name).simulation.seed;
    expect(seedOf({ simulation: { seed: 0 } }, 'node-a')).to.equal(0);
    expect(seedOf({}, 'node-a')).to.equal(seedOf({}, 'node-a'));
    expect(seedOf({}, 'node-a')).not.to.equal(seedOf({}, 'node-b'));
  });

  it('derives seeds that never change between versions (FNV-1a)', () => {
    expect(seedFromName('')).to.equal(0x811c9dc5);
    expect(seedFromName('a')).to.equal(0xe40c292c);
    expect(seedFromName('foobar')).to.equal(0xbf9cf968);
  });

  it('replaces single costs of the default set', () => {
    const { costs } = resolveNodeConfig(spec({ costs: { hintFaultNs: 900 } }), 'n');
    expect(costs).to.include({ hintFaultNs: 900, markPageNs: 50, remoteLatencyPermille: 1600 });
  });

  it('takes a topology as it is stated', () => {
    const { topology, topologyIsDefault } = resolveNodeConfig(
      spec({ topology: { preset: 'TwoSocket' } }),
      'n',
    );
    expect(topology).to.deep.equal({ preset: 'TwoSocket' });
    expect(topologyIsDefault).to.equal(false);
  });
});
