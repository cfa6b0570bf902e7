/** `hack/demo.sh --cluster`: the quickstart on a real control plane, step by step, and nothing of it left afterwards. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import type { Cluster } from '../test/control-plane/cluster.ts';
import { obtainCluster, usesExistingCluster } from '../test/control-plane/obtain-cluster.ts';
import { operatorServiceAccount } from '../test/control-plane/users.ts';

const root = join(import.meta.dirname, '..');
const samples = 'manifests/samples/quickstart';

/** A node that is only an object; kwok plays its kubelet. */
const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'demo-node', labels: { 'kubernetes.io/hostname': 'demo-node' } },
  status: {
    allocatable: { cpu: '16', memory: '32Gi', pods: '110' },
    capacity: { cpu: '16', memory: '32Gi', pods: '110' },
  },
};

/** How long the demo waits for the first counters, in milliseconds: longer than a policy's default status period. */
const countersTimeoutMs = 60_000;

process.exitCode = await main();

async function main(): Promise<number> {
  step('Starting etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok');
  const cluster = await obtainCluster({ log: (line) => process.stderr.write(`    ${line}\n`) });
  const undo: (() => Promise<unknown>)[] = [async () => await cluster.stop()];
  let cleaning: Promise<void> | undefined;
  const cleanUp = async (): Promise<void> => await (cleaning ??= undoAll(undo));
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(code)));
  }
  try {
    await demo(cluster, undo);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await cleanUp();
  }
}

async function undoAll(undo: (() => Promise<unknown>)[]): Promise<void> {
  step('Cleaning up');
  for (const action of undo.toReversed()) await action();
}

async function demo(cluster: Cluster, undo: (() => Promise<unknown>)[]): Promise<void> {
  await prepare(cluster, undo);

  step(`Starting the operator with the rights of ServiceAccount ${operatorServiceAccount.name}, and no more`);
  await cluster.startProgram('operator', {
    program: process.execPath,
    args: [join(root, 'src/cli/main.ts'), 'operator'],
    env: { KUBECONFIG: cluster.kubeconfig('operator') },
  });
  undo.push(async () => await cluster.endProgram('operator'));

  step(`Applying the quickstart: kubectl apply -f ${samples}`);
  await show(cluster, ['apply', '-f', join(root, samples)]);
  undo.push(async () => await deleteAll(cluster, ['-R', '-f', join(root, samples)]));
  if ((await cluster.kubectl(['get', 'nodes', '-o', 'name'])) === '') {
    await show(cluster, ['create', '-f', '-'], JSON.stringify(node));
  }

  step('Waiting until every policy is Ready: kubectl wait --for=condition=Ready nbp --all -A');
  await withOperatorLog(cluster, async () => {
    await show(cluster, ['wait', '--for=condition=Ready', 'nbp', '--all', '-A', '--timeout=60s']);
    await untilCounted(cluster);
  });

  step('kubectl get nbp,simnode -A');
  await show(cluster, ['get', 'nbp,simnode', '-A']);
  step('kubectl describe nbp (the first one)');
  const [first] = await policies(cluster);
  if (first === undefined) throw new Error(`${samples} has no policy.`);
  await show(cluster, ['describe', 'nbp', '-n', first.metadata.namespace, first.metadata.name]);
}

/** Installs what `manifests/base` installs, except the Deployment: the demo runs the operator from the sources. */
async function prepare(cluster: Cluster, undo: (() => Promise<unknown>)[]): Promise<void> {
  const { controllers, scheduler } = cluster.capabilities;
  if (!controllers || !scheduler) {
    throw new Error(
      'KUBEBUILDER_ASSETS has no kube-controller-manager and kube-scheduler, which the demo needs for its Deployments. ' +
        'Unset it to build them with Go, or use a cluster that runs: NUMASIM_USE_EXISTING_CLUSTER=1 KUBECONFIG=FILE',
    );
  }
  const { namespace } = operatorServiceAccount;
  if ((await cluster.kubectl(['get', 'namespace', namespace, '--ignore-not-found'])) !== '') {
    throw new Error(
      `The cluster has a namespace ${namespace} already; the demo would disturb the numasim in it.`,
    );
  }
  step('Installing the CRDs, the ServiceAccount and its rights: kubectl apply -k manifests/base');
  const base = await cluster.kubectl([
    'kustomize',
    '--load-restrictor=LoadRestrictionsNone',
    join(root, 'manifests/base'),
  ]);
  const input = parseAllDocuments(base)
    .map((document) => document.toJS() as { readonly kind: string })
    .filter(({ kind }) => kind !== 'Deployment')
    .map((object) => stringify(object))
    .join('---\n');
  undo.push(async () => await deleteAll(cluster, ['-f', '-'], input));
  await show(cluster, ['apply', '--server-side', '-f', '-'], input);
  await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
}

/** Our own control plane is thrown away as a whole; a cluster that existed gets every object removed. */
async function deleteAll(cluster: Cluster, what: readonly string[], input?: string): Promise<void> {
  if (!usesExistingCluster()) return;
  await cluster.tryKubectl(['delete', '--ignore-not-found', ...what], input === undefined ? {} : { input });
}

async function show(cluster: Cluster, args: readonly string[], input?: string): Promise<void> {
  process.stdout.write(await cluster.kubectl(args, input === undefined ? {} : { input }));
}

interface PolicyList {
  readonly items: readonly {
    readonly metadata: { readonly namespace: string; readonly name: string };
    readonly status?: { readonly counters?: { readonly numaPteUpdates?: number } };
  }[];
}

async function policies(cluster: Cluster): Promise<PolicyList['items']> {
  return (JSON.parse(await cluster.kubectl(['get', 'nbp', '-A', '-o', 'json'])) as PolicyList).items;
}

async function untilCounted(cluster: Cluster): Promise<void> {
  step('Waiting for the first counters');
  const deadline = Date.now() + countersTimeoutMs;
  while (!(await policies(cluster)).some(({ status }) => (status?.counters?.numaPteUpdates ?? 0) > 0)) {
    if (Date.now() > deadline)
      throw new Error(`No policy showed counters within ${countersTimeoutMs / 1000} s.`);
    await sleep(500);
  }
}

/** When the operator is the reason of a failure, its last words say why. */
async function withOperatorLog(cluster: Cluster, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const lines = readFileSync(cluster.logFile('operator'), 'utf8').trimEnd().split('\n').slice(-20);
    process.stderr.write(`The operator's last lines:\n${lines.join('\n')}\n`);
    throw error;
  }
}

function step(text: string): void {
  process.stderr.write(`${styleText('bold', `==> ${text}`, { stream: process.stderr })}\n`);
}
