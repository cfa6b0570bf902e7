/** src/api/machine-figures.ts held against docs/machines.md, which has the sources. */
import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { defaultCosts } from '../../src/api/costs.ts';
import { machineCosts } from '../../src/api/machine-figures.ts';
import { numaNodeConfigSpec } from '../../src/api/numa-node-config.ts';
import { resolveNodeConfig } from '../../src/api/resolve-node-config.ts';
import { topologyPresets } from '../../src/api/topology.ts';
import type { TopologyPreset } from '../../src/api/topology.ts';
import { presetMachine } from '../../src/engine/machine/presets.ts';

const sections = new Map(
  readFileSync('docs/machines.md', 'utf8')
    .split(/^## /mu)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')).trim(), figures(text)]),
);

/** The second column of a section's tables, by the first. */
function figures(section: string): ReadonlyMap<string, string> {
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return new Map(
    rows.map((row) => {
      const [, name = '', value = ''] = row.split('|').map((cell) => cell.trim());
      return [name, value];
    }),
  );
}

/** The first number of the first of these rows that there is. */
function figure(machine: string, ...names: readonly string[]): number | undefined {
  const rows = sections.get(machine);
  const row = names.map((name) => rows?.get(name)).find((value) => value !== undefined);
  const text = row === undefined ? undefined : /\d+(\.\d+)?/u.exec(row)?.[0];
  return text === undefined ? undefined : Number(text);
}

const machines = topologyPresets.filter((preset) => sections.has(preset));
const generic = topologyPresets.filter((preset) => !sections.has(preset));
const ratio = (part: number | undefined, whole: number | undefined): number | undefined =>
  part === undefined || whole === undefined ? undefined : Math.round((1000 * part) / whole);

describe('the memory figures of named machines', () => {
  it('are of all the machines in docs/machines.md', () =>
    expect(machines).to.deep.equal([
      'SkylakeSp2S',
      'CascadeLake4S',
      'SapphireRapidsSnc4',
      'EpycNps1',
      'EpycNps4',
      'SapphireRapidsCxl',
    ]));

  for (const machine of machines) {
    describe(machine, () => {
      const costs = machineCosts(machine);
      const local = figure(machine, 'local latency');
      const node = figure(machine, 'node bandwidth');

      it('latencies', () => {
        expect(costs.localLatencyNs).to.equal(local);
        const remote = figure(machine, 'other socket', 'other socket, one hop');
        expect(costs.remoteLatencyPermille).to.equal(ratio(remote, local));
        expect(costs.subNumaLatencyPermille).to.equal(
          ratio(figure(machine, 'other node of the same socket'), local),
        );
        expect(costs.cxlLatencyPermille).to.equal(ratio(figure(machine, 'CXL from socket 0'), local));
      });

      it('bandwidths', () => {
        expect(costs.nodeBandwidthMBps).to.equal((node ?? 0) * 1000);
        expect(costs.linkBandwidthPermille).to.equal(ratio(figure(machine, 'link bandwidth'), node));
        const cxl = figure(machine, 'CXL bandwidth');
        expect(costs.cxlBandwidthMBps).to.equal(cxl === undefined ? undefined : cxl * 1000);
      });

      it('latency under load, of every node', () => {
        const listed = sections.get(machine)?.get('loaded points') ?? '';
        const points = [...listed.matchAll(/(\d+):(\d+)/gu)].map(([, traffic, latency]) => ({
          trafficPermille: Number(traffic),
          latencyPermille: Number(latency),
        }));
        const nodes = presetMachine(machine, 16, 65_536).nodes.length;
        const tables = Array.from({ length: nodes }, (_, id) => ({ node: id, points }));
        expect(costs.loadedLatencyTables).to.deep.equal(points.length === 0 ? undefined : tables);
      });

      it('distances', () => {
        const listed = sections.get(machine)?.get('distances') ?? '';
        const stated = [...listed.matchAll(/\d+/gu)].map(([text]) => Number(text));
        const { distances } = presetMachine(machine, 16, 65_536);
        const sorted = (values: Iterable<number>): readonly number[] =>
          [...new Set(values)].sort((a, b) => a - b);
        expect(sorted(distances.flat())).to.deep.equal(sorted(stated));
      });
    });
  }

  it('the generic set is that of docs/machines.md', () => {
    const set = 'The generic set';
    expect(defaultCosts).to.include({
      localLatencyNs: figure(set, 'local latency'),
      remoteLatencyPermille: 1000 * (figure(set, 'other socket') ?? 0),
      subNumaLatencyPermille: 1000 * (figure(set, 'other node of the same socket') ?? 0),
      twoHopLatencyPermille: 1000 * (figure(set, 'two hops') ?? 0),
      cxlLatencyPermille: 1000 * (figure(set, 'CXL') ?? 0),
      nodeBandwidthMBps: 1000 * (figure(set, 'node bandwidth') ?? 0),
      linkBandwidthPermille: 1000 * (figure(set, 'link bandwidth') ?? 0),
    });
  });

  it('presets that stand for no machine have that set', () => {
    for (const preset of generic) expect(machineCosts(preset)).to.deep.equal({});
  });
});

describe('what wins: the set, the machine, or what is stated', () => {
  const costsOf = (preset: TopologyPreset, costs: object): ReturnType<typeof resolveNodeConfig>['costs'] =>
    resolveNodeConfig(numaNodeConfigSpec.parse({ topology: { preset }, costs }), 'n').costs;

  it('the set decides what balancing costs, and how far away other sockets are', () => {
    expect(costsOf('TwoSocket', { set: 'Low' })).to.include({
      hintFaultNs: 400,
      remoteLatencyPermille: 1400,
    });
    expect(costsOf('TwoSocket', {})).to.include({ hintFaultNs: 600, remoteLatencyPermille: 1600 });
    expect(costsOf('TwoSocket', { set: 'High' })).to.include({
      hintFaultNs: 2000,
      remoteLatencyPermille: 1900,
    });
  });

  it('a machine’s memory is known, whatever the set', () =>
    expect(costsOf('SkylakeSp2S', { set: 'High' })).to.include({
      hintFaultNs: 2000,
      remoteLatencyPermille: 1617,
    }));

  it('what is stated replaces both', () =>
    expect(costsOf('SkylakeSp2S', { set: 'High', hintFaultNs: 7, remoteLatencyPermille: 3000 })).to.include({
      hintFaultNs: 7,
      remoteLatencyPermille: 3000,
      localLatencyNs: 81,
    }));
});
