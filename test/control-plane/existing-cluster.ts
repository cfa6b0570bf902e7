/**
 * A cluster that exists already (kind, minikube, …), chosen with `NUMASIM_USE_EXISTING_CLUSTER=1` and `KUBECONFIG`.
 * The operator's and the read-only identity are impersonated, so the kubeconfig must be an administrator's.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Capabilities, Cluster, KubectlOptions } from './cluster.ts';
import type { CommandLine } from './components.ts';
import { Instance } from './instance.ts';
import { kubectl, tryKubectl, type KubectlCall, type KubectlResult } from './kubectl.ts';
import { operatorUser, reader, readerBinding, type Persona } from './users.ts';
import { Watchdog } from './watchdog.ts';

/** The part of a kubeconfig that is read and changed. */
interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[];
  readonly users: readonly { readonly name: string; readonly user: object }[];
}

/** Who is impersonated; the API server adds the groups of a ServiceAccount itself. */
const impersonated: Readonly<Record<Persona, string | undefined>> = {
  admin: undefined,
  operator: operatorUser,
  readonly: reader,
};

/** Connects to the cluster that `KUBECONFIG` names. Throws when it is not set, or kubectl cannot read it. */
export async function connectExistingCluster(env: NodeJS.ProcessEnv = process.env): Promise<Cluster> {
  if (env.KUBECONFIG === undefined || env.KUBECONFIG === '') {
    // Never the default file: tests must not run in whatever cluster a person selected last.
    throw new Error(
      'NUMASIM_USE_EXISTING_CLUSTER=1 needs KUBECONFIG, the path of an administrator’s kubeconfig.',
    );
  }
  const program = env.KUBEBUILDER_ASSETS ? join(env.KUBEBUILDER_ASSETS, 'kubectl') : 'kubectl';
  const view = ['config', 'view', '--minify', '--flatten', '--raw', '-o', 'json'];
  const config = JSON.parse(await kubectl({ program, kubeconfig: env.KUBECONFIG }, view)) as Kubeconfig;
  const cluster = new ExistingCluster(program, config);
  try {
    await cluster.grantReader();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

class ExistingCluster implements Cluster {
  readonly baseUrl: string;
  /** Its nodes have real kubelets: objects that only look like nodes do not become Ready. */
  readonly capabilities: Capabilities = { controllers: true, scheduler: true, kwok: false };
  readonly auditLogFile = undefined;
  readonly #program: string;
  readonly #instance: Instance;
  readonly #watchdog: Watchdog;
  #grantedReader = false;

  constructor(program: string, config: Kubeconfig) {
    this.baseUrl = config.clusters[0]?.cluster.server ?? '';
    this.#program = program;
    this.#instance = new Instance(mkdtempSync(join(tmpdir(), 'numasim-existing-cluster-')));
    this.#instance.create();
    this.#watchdog = new Watchdog(this.#instance.directory);
    for (const [persona, as] of Object.entries(impersonated)) {
      const users = config.users.map(({ name, user }) => ({
        name,
        user: as === undefined ? user : { ...user, as },
      }));
      writeFileSync(this.kubeconfig(persona as Persona), stringify({ ...config, users }), {
        mode: 0o600,
      });
    }
  }

  async grantReader(): Promise<void> {
    const answer = await this.kubectl(['apply', '-f', '-'], { input: JSON.stringify(readerBinding) });
    this.#grantedReader = answer.includes('created');
  }

  kubeconfig(persona: Persona): string {
    return this.#instance.path('kubeconfig', `${persona}.yaml`);
  }

  async kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<string> {
    return await kubectl(this.#call(options), args);
  }

  async tryKubectl(args: readonly string[], options: KubectlOptions = {}): Promise<KubectlResult> {
    return await tryKubectl(this.#call(options), args);
  }

  async startProgram(name: string, command: CommandLine): Promise<void> {
    await this.#instance.start(name, command);
  }

  async endProgram(name: string, { kill = false } = {}): Promise<void> {
    await this.#instance.end(name, kill ? 0 : undefined);
  }

  logFile(name: string): string {
    return this.#instance.logFile(name);
  }

  async stop(): Promise<void> {
    if (this.#grantedReader) await this.tryKubectl(['delete', 'clusterrolebinding', reader]);
    await this.#instance.destroy();
    await this.#watchdog.dismiss();
  }

  #call({ as = 'admin', input }: KubectlOptions): KubectlCall {
    return { program: this.#program, kubeconfig: this.kubeconfig(as), ...(input !== undefined && { input }) };
  }
}
