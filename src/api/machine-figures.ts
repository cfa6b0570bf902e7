/**
 * What the memory of real machines was measured to do, for the presets that are named after one. docs/machines.md has the
 * source of every figure.
 */
import type { Costs } from './costs.ts';
import type { TopologyPreset } from './topology.ts';

/** [traffic over peak, latency over idle latency], in thousandths. */
type Point = readonly [trafficPermille: number, latencyPermille: number];

interface Figures {
  readonly localNs: number;
  readonly subNumaNs?: number;
  readonly remoteNs: number;
  readonly cxlNs?: number;
  readonly nodeMBps: number;
  readonly cxlMBps?: number;
  readonly linkMBps: number;
  /** Latency under load of the nodes 0 to `nodes` − 1. */
  readonly loaded?: { readonly nodes: number; readonly points: readonly Point[] };
}

const figures: Readonly<Partial<Record<TopologyPreset, Figures>>> = {
  SkylakeSp2S: {
    localNs: 81,
    remoteNs: 131,
    nodeMBps: 108_000,
    linkMBps: 51_000,
    loaded: {
      nodes: 2,
      points: [
        [49, 1100],
        [230, 1138],
        [392, 1179],
        [515, 1252],
        [740, 1506],
        [992, 2808],
        [1000, 3397],
      ],
    },
  },
  CascadeLake4S: {
    localNs: 81,
    remoteNs: 130,
    nodeMBps: 122_000,
    linkMBps: 17_100,
    loaded: {
      nodes: 4,
      points: [
        [35, 1022],
        [163, 1107],
        [226, 1193],
        [371, 1208],
        [548, 1255],
        [969, 2016],
        [1000, 2816],
      ],
    },
  },
  SapphireRapidsSnc4: { localNs: 103, subNumaNs: 114, remoteNs: 239, nodeMBps: 60_000, linkMBps: 81_000 },
  EpycNps1: {
    localNs: 113,
    remoteNs: 200,
    nodeMBps: 353_000,
    linkMBps: 157_000,
    loaded: {
      nodes: 2,
      points: [
        [103, 1011],
        [176, 1072],
        [356, 1087],
        [696, 1126],
        [1000, 3000],
      ],
    },
  },
  EpycNps4: {
    localNs: 105,
    subNumaNs: 116,
    remoteNs: 200,
    nodeMBps: 92_000,
    linkMBps: 157_000,
    loaded: {
      nodes: 8,
      points: [
        [98, 1010],
        [168, 1078],
        [340, 1090],
        [664, 1120],
        [1000, 1962],
      ],
    },
  },
  SapphireRapidsCxl: {
    localNs: 111,
    remoteNs: 239,
    cxlNs: 266,
    nodeMBps: 241_000,
    cxlMBps: 31_300,
    linkMBps: 81_000,
  },
};

/** What a preset's machine is known to differ by from the general costs; nothing for presets that stand for no machine. */
export function machineCosts(preset: TopologyPreset): Partial<Costs> {
  const machine = figures[preset];
  if (!machine) return {};
  const { localNs, remoteNs, nodeMBps, linkMBps, subNumaNs, cxlNs, cxlMBps, loaded } = machine;
  const permille = (ns: number): number => Math.round((1000 * ns) / localNs);
  return {
    localLatencyNs: localNs,
    remoteLatencyPermille: permille(remoteNs),
    ...(subNumaNs === undefined ? {} : { subNumaLatencyPermille: permille(subNumaNs) }),
    ...(cxlNs === undefined ? {} : { cxlLatencyPermille: permille(cxlNs) }),
    nodeBandwidthMBps: nodeMBps,
    ...(cxlMBps === undefined ? {} : { cxlBandwidthMBps: cxlMBps }),
    linkBandwidthPermille: Math.round((1000 * linkMBps) / nodeMBps),
    ...(loaded === undefined ? {} : { loadedLatencyTables: tables(loaded) }),
  };
}

function tables({
  nodes,
  points,
}: NonNullable<Figures['loaded']>): NonNullable<Costs['loadedLatencyTables']> {
  const named = points.map(([trafficPermille, latencyPermille]) => ({ trafficPermille, latencyPermille }));
  return Array.from({ length: nodes }, (_, node) => ({ node, points: named }));
}
