/** Starts a control plane: files first, then etcd and the API server, then everything that needs the API. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersOk, probe } from './api-probe.ts';
import { makeCertificates } from './certificates.ts';
import { auditPolicy, files, type Layout, type Ports } from './components.ts';
import { ControlPlane } from './control-plane.ts';
import { freePorts } from './free-ports.ts';
import { Instance } from './instance.ts';
import { kubeconfig } from './kubeconfig.ts';
import { findPrograms } from './programs.ts';
import { makeUsers, readerBinding, tokenFile, type User, type Users } from './users.ts';
import { Watchdog } from './watchdog.ts';

/** How a control plane is started. */
export interface ControlPlaneOptions {
  /** Where it lives; must not hold another one. Default: a new temporary directory. */
  readonly directory?: string;
  /** Added to kube-apiserver's flags, such as `--etcd-compaction-interval=5s`. */
  readonly apiServerFlags?: readonly string[];
  /** Receives one line per step. Default: silence. */
  readonly log?: (line: string) => void;
}

/**
 * Starts a control plane and resolves when pods can be created in it. If anything fails, what was started is ended and
 * the error quotes the log of the component that failed. If this process ends without `stop`, the control plane ends too.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const programs = await findPrograms();
  const log = options.log ?? ((): void => undefined);
  const instance = new Instance(options.directory ?? mkdtempSync(join(tmpdir(), 'numasim-control-plane-')));
  instance.create();
  const watchdog = new Watchdog(instance.directory);
  try {
    const users = makeUsers();
    const layout: Layout = {
      directory: instance.directory,
      ports: await choosePorts(),
      programs,
      certificates: await makeCertificates(instance.path('certificates')),
      kubeconfigs: {
        controllerManager: instance.path('kubeconfig', 'controllerManager.yaml'),
        scheduler: instance.path('kubeconfig', 'scheduler.yaml'),
        kwok: instance.path('kubeconfig', 'admin.yaml'),
      },
      apiServerFlags: options.apiServerFlags ?? [],
    };
    const controlPlane = new ControlPlane({ instance, layout, watchdog });
    writeFiles(instance, users, controlPlane);
    await startComponents(controlPlane, users, layout, log);
    return controlPlane;
  } catch (error) {
    await instance.destroy();
    await watchdog.dismiss();
    throw error;
  }
}

async function choosePorts(): Promise<Ports> {
  const [etcdClient = 0, etcdPeer = 0, apiServer = 0, controllerManager = 0, scheduler = 0] =
    await freePorts(5);
  return { etcdClient, etcdPeer, apiServer, controllerManager, scheduler };
}

function writeFiles(instance: Instance, users: Users, { baseUrl, caFile }: ControlPlane): void {
  const save = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o600 });
  save(instance.path(files.tokens), tokenFile(users));
  save(instance.path(files.auditPolicy), auditPolicy);
  for (const [persona, { name, token }] of Object.entries(users)) {
    save(
      instance.path('kubeconfig', `${persona}.yaml`),
      kubeconfig({ server: baseUrl, caFile, user: name, token }),
    );
  }
}

async function startComponents(
  controlPlane: ControlPlane,
  users: Users,
  { ports, programs }: Layout,
  log: (line: string) => void,
): Promise<void> {
  const started = Date.now();
  const elapsed = (): string => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  await controlPlane.startComponent('etcd');
  await controlPlane.startComponent('kube-apiserver');
  await controlPlane.untilReady();
  log(`kube-apiserver is ready at ${controlPlane.baseUrl} (${elapsed()})`);

  await controlPlane.startComponent('kube-controller-manager');
  await controlPlane.startComponent('kube-scheduler');
  await controlPlane.startComponent('kwok');
  await grantReader(controlPlane, users.admin.token);
  if (programs.kubeScheduler !== undefined) {
    const healthz = { url: `https://127.0.0.1:${ports.scheduler}/healthz` };
    await controlPlane.until('kube-scheduler is ready', async () => await answersOk(healthz));
  }
  if (programs.kubeControllerManager !== undefined) {
    const get = (path: string, { token }: User): (() => Promise<boolean>) => {
      const target = { url: `${controlPlane.baseUrl}${path}`, caFile: controlPlane.caFile, token };
      return async () => await answersOk(target);
    };
    const namespace = '/api/v1/namespaces/default';
    // Pods are refused in a namespace whose `default` ServiceAccount has not been made yet.
    await controlPlane.until(
      'the default ServiceAccount exists',
      get(`${namespace}/serviceaccounts/default`, users.admin),
    );
    // The rules of `view` are put together by a controller.
    await controlPlane.until('the read-only user can read', get(`${namespace}/pods`, users.readonly));
  }
  log(`controllers, scheduler and kwok are running (${elapsed()})`);
}

async function grantReader({ baseUrl, caFile }: ControlPlane, token: string): Promise<void> {
  const url = `${baseUrl}/apis/rbac.authorization.k8s.io/v1/clusterrolebindings`;
  const { status, body } = await probe({ url, caFile, token }, readerBinding);
  if (status !== 201) throw new Error(`The read-only user could not be given its rights: ${status} ${body}`);
}
