import { expect } from 'chai';

import { parseObject } from '../../src/api/parse-object.ts';
import type { ObjectList } from '../../src/cli/render/object-list.ts';
import { numasim } from './numasim.ts';

const quickstart = ['run', '-f', 'manifests/samples/quickstart'];

const policy = (name: string, extra = ''): string =>
  `apiVersion: numasim.dev/v1alpha1\nkind: NumaBalancingPolicy\nmetadata:\n  name: ${name}\nspec:\n  podSelector: {}\n${extra}`;

describe('numasim run: the quickstart', () => {
  it('moves the pages of the selected pod, and of no other (issue: must show 2)', async () => {
    const { code, stdout, stderr } = await numasim([...quickstart, '-o', 'json']);
    expect([code, stderr]).to.deep.equal([0, '']);
    const { items } = JSON.parse(stdout) as ObjectList;
    const node = items.find((object) => object.kind === 'SimulatedNode');
    const [a, b] = node?.status?.cgroups ?? [];
    expect(a).to.include({ pod: 'tenant-a', numaLoadBalance: 1, policy: 'tenant-a' });
    expect(a?.pagesPerNode[0]).to.be.greaterThan(16_000);
    expect(b).to.include({ pod: 'tenant-b', numaLoadBalance: 0 });
    expect(b?.counters).to.include({ numaPteUpdates: 0, numaPagesMigrated: 0 });
    expect(b?.pagesPerNode).to.deep.equal([0, 16_384]);
  });

  it('is a table for people, at most 100 characters wide, that says it is simulated', async () => {
    const { code, stdout } = await numasim(quickstart);
    expect(code).to.equal(0);
    const lines = stdout.trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(100);
    for (const title of ['Policies', 'Simulated nodes', 'Counters', 'Where the pages are']) {
      expect(lines).to.include(title);
    }
    expect(stdout).to.match(/quickstart {2}tenant-a {2}True {3}Enabled/u);
    expect(stdout).to.match(
      /All numbers are simulated: 60 s .*mode 4 \(Cgroup\), variant V1, seed \d+, digest [0-9a-f]+, AutoNUMA cost [\d.]+\.\n$/su,
    );
  });

  it('gives the same bytes for the same seed, and others for another (must show 4)', async () => {
    const args = [...quickstart, '--duration', '20s', '-o', 'yaml', '--seed'];
    const [first, again, other] = await Promise.all([
      numasim([...args, '7']),
      numasim([...args, '7']),
      numasim([...args, '8']),
    ]);
    expect(again.stdout).to.equal(first.stdout);
    expect(other.stdout).to.not.equal(first.stdout);
    expect(first.stdout).to.include('seed: 7\n');
  });

  it('prints objects that the API takes, and takes them itself', async () => {
    const { stdout } = await numasim([...quickstart, '--duration', '5s', '-o', 'yaml']);
    const json = await numasim(['run', '-f', '-', '--duration', '5s', '-o', 'json'], stdout);
    expect(json.stderr).to.equal('numasim: note: left out, no part of the simulation: 1 SimulatedNode\n');
    for (const item of (JSON.parse(json.stdout) as ObjectList).items) {
      expect(parseObject(item), item.kind).to.have.property('ok', true);
    }
  });
});

describe('numasim run: the interleave sample', () => {
  it('moves threads and no pages (must show 3)', async () => {
    const { stdout } = await numasim(['run', '-f', 'manifests/samples/interleave', '-o', 'json']);
    const { items } = JSON.parse(stdout) as ObjectList;
    const [decided] = items.flatMap((item) => (item.kind === 'NumaBalancingPolicy' ? [item.status] : []));
    expect(decided?.counters).to.include({ numaPagesMigrated: 0 });
    expect(decided?.counters?.numaTaskMigrated).to.be.greaterThan(0);
    expect(decided?.counters?.numaHintFaults).to.be.greaterThan(0);
  });
});

describe('numasim run: bad input ends with 2', () => {
  it('and says all that is wrong, where, and once what to do', async () => {
    const text = `${policy('a', '  priority: high\n')}---\n${policy('b', '  containers: []\n')}`;
    const { code, stdout, stderr } = await numasim(['run', '-f', '-'], text);
    expect([code, stdout]).to.deep.equal([2, '']);
    expect(stderr.split('\n')).to.deep.equal([
      'numasim: stdin:7: NumaBalancingPolicy a: spec.priority: must be a whole number, is "high"',
      'numasim: stdin:15: NumaBalancingPolicy b: spec.containers: must not be empty',
      '  Correct that field; `kubectl explain` describes it, and so do the CRDs (`numasim crds`). (NUMASIM_OBJECT_INVALID)',
      '',
    ]);
  });

  it('when there is nothing to simulate', async () => {
    const { code, stderr } = await numasim(
      ['run', '-f', '-'],
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n',
    );
    expect(code).to.equal(2);
    expect(stderr).to.include('NUMASIM_NO_MANIFESTS');
  });

  const usage: readonly (readonly [string[], string])[] = [
    [['run'], "required option '-f, --filename <path...>' not specified"],
    [['run', '-f', '-', '--duration', 'long'], '--duration'],
    [['run', '-f', '-', '--duration', '500ms'], 'whole seconds'],
    [['run', '-f', '-', '--nodes', '0'], 'from 1 to 5000'],
    [['run', '-f', '-', '--seed', '-1'], '--seed'],
    [['run', '-f', '-', '-o', 'xml'], 'Allowed choices are table, json, yaml'],
    [['run', '-f', 'nowhere.yaml'], 'nowhere.yaml: does not exist'],
  ];
  for (const [args, message] of usage) {
    it(`numasim ${args.join(' ')}`, async () => {
      const { code, stderr } = await numasim(args);
      expect(code).to.equal(2);
      expect(stderr).to.include(message);
    });
  }
});

describe('numasim run: what it says beside the result', () => {
  it('is which pods found no place, on standard error', async () => {
    const text = `${policy('a')}---\napiVersion: v1\nkind: Pod\nmetadata: {name: big}\nspec:\n  containers: [{name: app, resources: {requests: {cpu: 99}}}]\n`;
    const { code, stdout, stderr } = await numasim(
      ['run', '-f', '-', '--duration', '1s', '-o', 'json'],
      text,
    );
    expect(code).to.equal(0);
    expect(stderr).to.match(/^numasim: note: Pod default\/big stays Pending: no node has room/u);
    const [first] = (JSON.parse(stdout) as ObjectList).items;
    expect(first?.status).to.have.nested.property('pods.unscheduled', 1);
  });

  it('is its help: kinds, nodes, and that the scheduler is a stand-in', async () => {
    const { code, stdout } = await numasim(['run', '--help']);
    expect(code).to.equal(0);
    for (const text of [
      '--duration <time>',
      'DaemonSet',
      'stand-in for the scheduler',
      'SOURCE_DATE_EPOCH',
    ]) {
      expect(stdout).to.include(text);
    }
  });
});
