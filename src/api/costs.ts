/**
 * What balancing and memory accesses cost (design §2.3): overrides of the model's default set. Integers with their unit in
 * the name; a ratio is in thousandths (per mille), as the API has no fractions.
 */
import { z } from 'zod';

import type { DeepReadonly } from './deep-readonly.ts';
import { int32, int64, keyedList, list } from './fields.ts';
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
  linkBandwidthPermille: 770,
  loadedLatencyLinearPermille: 490,
  loadedLatencyQueuePermille: 10,
  loadedLatencyMaxPermille: 3450,
} as const;

type CostName = keyof typeof defaultCosts;

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
    'Latency of CXL memory over local latency, in thousandths.',
  ),
  nodeBandwidthMBps: cost(
    'nodeBandwidthMBps',
    bandwidth,
    'Peak bandwidth of the memory of one node, in MB/s.',
  ),
  linkBandwidthPermille: cost(
    'linkBandwidthPermille',
    share,
    'Peak bandwidth of a link between sockets over nodeBandwidthMBps, in thousandths.',
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
          'Points by ascending traffic.',
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

/** All costs, overrides applied. */
export type Costs = Readonly<Record<CostName, number>> & Pick<CostOverrides, 'loadedLatencyTables'>;

/** The default set with the overrides in place. */
export function resolveCosts(overrides: CostOverrides = {}): Costs {
  return { ...defaultCosts, ...overrides };
}
