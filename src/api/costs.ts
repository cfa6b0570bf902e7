/**
 * What balancing and memory accesses cost (design §2.3): a set, and overrides of it. Integers with their unit in the name; a
 * ratio is in thousandths (per mille), as the API has no fractions.
 */
import { z } from 'zod';

import type { DeepReadonly } from './deep-readonly.ts';
import { choice, int32, int64, keyedList, list } from './fields.ts';
import { maxNodeId } from './node-list.ts';

/** The default set. `spec.costs` replaces single values of it. */
export const defaultCosts = {
  markPageNs: 50,
  hintFaultNs: 600,
  hintFaultContentionAt128Permille: 20_000,
  hintFaultContentionMaxPermille: 300_000,
  migrateBasePageNs: 3000,
  migrateHugePageNs: 200_000,
  migrateBaseBandwidthMBps: 3700,
  migrateHugeBandwidthMBps: 10_700,
  localLatencyNs: 100,
  remoteLatencyPermille: 1600,
  subNumaLatencyPermille: 1100,
  twoHopLatencyPermille: 2300,
  cxlLatencyPermille: 2600,
  nodeBandwidthMBps: 100_000,
  cxlBandwidthMBps: 30_000,
  linkBandwidthPermille: 770,
  remoteTrafficPermille: 1000,
  loadedLatencyLinearPermille: 490,
  loadedLatencyQueuePermille: 10,
  loadedLatencyMaxPermille: 3450,
} as const;

type CostName = keyof typeof defaultCosts;

/** How dear balancing is, and how far away other sockets are: the ends of what was measured, and what is likely. */
export const costSets = ['Low', 'Default', 'High'] as const;

/** Name of a set of costs. */
export type CostSet = (typeof costSets)[number];

/** What differs between the sets. */
const differences: Readonly<Record<CostSet, Partial<Record<CostName, number>>>> = {
  Low: {
    markPageNs: 20,
    hintFaultNs: 400,
    migrateBasePageNs: 1100,
    migrateHugePageNs: 130_000,
    remoteLatencyPermille: 1400,
  },
  Default: {},
  High: {
    markPageNs: 200,
    hintFaultNs: 2000,
    migrateBasePageNs: 10_000,
    migrateHugePageNs: 400_000,
    remoteLatencyPermille: 1900,
  },
};

const ns = { min: 0, max: 1_000_000_000 };
const factor = { min: 1000, max: 1_000_000 };
const share = { min: 0, max: 100_000 };
const bandwidth = { min: 1, max: 10_000_000 };

function cost(
  name: CostName,
  range: { readonly min: number; readonly max: number },
  description: string,
): z.ZodExactOptional<z.ZodInt> {
  return int64(range, `${description} Default ${defaultCosts[name]}.`).exactOptional();
}

/** Schema of `spec.costs`. */
export const costs = z.strictObject({
  set: choice(
    costSets,
    'Set of costs that the other fields change. Low and High are the ends of what was measured for marking, hint faults, moves and the latency of another socket.',
  ).default('Default'),
  markPageNs: cost('markPageNs', ns, 'Marking one page in a scan, in ns.'),
  hintFaultNs: cost('hintFaultNs', ns, 'One hint fault without contention, in ns.'),
  hintFaultContentionAt128Permille: cost(
    'hintFaultContentionAt128Permille',
    factor,
    'Factor on hintFaultNs when 128 threads share the address space, in thousandths; 1000 at one thread.',
  ),
  hintFaultContentionMaxPermille: cost(
    'hintFaultContentionMaxPermille',
    factor,
    'Greatest factor on hintFaultNs, in thousandths.',
  ),
  migrateBasePageNs: cost('migrateBasePageNs', ns, 'Moving a page of 4 KiB, in ns.'),
  migrateHugePageNs: cost('migrateHugePageNs', ns, 'Moving a page of 2 MiB, in ns.'),
  migrateBaseBandwidthMBps: cost(
    'migrateBaseBandwidthMBps',
    bandwidth,
    'Most memory moved per pair of nodes in 4 KiB pages, in MB/s.',
  ),
  migrateHugeBandwidthMBps: cost(
    'migrateHugeBandwidthMBps',
    bandwidth,
    'Most memory moved per pair of nodes in 2 MiB pages, in MB/s.',
  ),
  localLatencyNs: cost(
    'localLatencyNs',
    { min: 1, max: 100_000 },
    'Idle latency of an access to the own node, in ns; not used where topology.latencyNs is given.',
  ),
  remoteLatencyPermille: cost(
    'remoteLatencyPermille',
    factor,
    'Latency of another socket over local latency, in thousandths.',
  ),
  subNumaLatencyPermille: cost(
    'subNumaLatencyPermille',
    factor,
    'Latency of another node of the same socket over local latency, in thousandths.',
  ),
  twoHopLatencyPermille: cost(
    'twoHopLatencyPermille',
    factor,
    'Latency of a socket two links away over local latency, in thousandths.',
  ),
  cxlLatencyPermille: cost(
    'cxlLatencyPermille',
    factor,
    'Latency of a node without CPUs (CXL) over local latency, seen from its own socket, in thousandths; from another socket what that is further away is added.',
  ),
  nodeBandwidthMBps: cost(
    'nodeBandwidthMBps',
    bandwidth,
    'Peak bandwidth of the memory of one node, in MB/s.',
  ),
  cxlBandwidthMBps: cost(
    'cxlBandwidthMBps',
    bandwidth,
    'Peak bandwidth of the memory of a node without CPUs, in MB/s.',
  ),
  linkBandwidthPermille: cost(
    'linkBandwidthPermille',
    { min: 1, max: 100_000 },
    'Peak bandwidth from one socket to another over nodeBandwidthMBps, in thousandths; all nodes of the two sockets share it.',
  ),
  remoteTrafficPermille: cost(
    'remoteTrafficPermille',
    factor,
    'Traffic that an access from another socket causes at the memory over that of an access from the own socket, in thousandths: more than 1000 where a directory in memory is updated.',
  ),
  loadedLatencyLinearPermille: cost(
    'loadedLatencyLinearPermille',
    share,
    'Added latency under load, in thousandths of idle latency: the part that grows with r = traffic/peak.',
  ),
  loadedLatencyQueuePermille: cost(
    'loadedLatencyQueuePermille',
    share,
    'Added latency under load, in thousandths of idle latency: the part that grows with r/(1-r).',
  ),
  loadedLatencyMaxPermille: cost(
    'loadedLatencyMaxPermille',
    factor,
    'Greatest factor of load on latency, in thousandths.',
  ),
  loadedLatencyTables: keyedList(
    z
      .strictObject({
        node: int32({ min: 0, max: maxNodeId }, 'The NUMA node whose memory the table is about.'),
        points: list(
          z
            .strictObject({
              trafficPermille: int32({ min: 0, max: 1000 }, 'Traffic over peak bandwidth, in thousandths.'),
              latencyPermille: int32(factor, 'Latency over idle latency at that traffic, in thousandths.'),
            })
            .meta({ description: 'One measured point; between points the curve is straight.' }),
          { min: 1, max: 64 },
          'Points in any order. Below the first the curve comes straight from idle latency; above the last it is level.',
        ),
      })
      .meta({ description: 'A measured curve of latency under load.' }),
    ['node'],
    { max: maxNodeId + 1 },
    'Measured curves that replace the formula of the loadedLatency fields, per node.',
  ).exactOptional(),
});

/** Cost overrides, as the user states them. */
export type CostOverrides = DeepReadonly<z.output<typeof costs>>;

/** All costs. */
export type Costs = Readonly<Record<CostName, number>> & Pick<CostOverrides, 'loadedLatencyTables'>;

/** A set, what a machine is known to differ by, and what the user states. @param machine figures of a named machine */
export function resolveCosts(
  { set = 'Default', ...overrides }: Partial<CostOverrides> = {},
  machine: Partial<Costs> = {},
): Costs {
  return { ...defaultCosts, ...differences[set], ...machine, ...overrides };
}
