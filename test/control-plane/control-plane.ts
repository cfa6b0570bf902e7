/**
 * A control plane of our own: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and kwok as the kubelets of
 * all nodes. Everything listens on 127.0.0.1 and lives in one directory.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { answersOk } from './api-probe.ts';
import type { Capabilities, Cluster, KubectlOptions } from './cluster.ts';
import { commandLine, files, type CommandLine, type ComponentName, type Layout } from './components.ts';
import type { Instance, NamedProcess } from './instance.ts';
import { kubectl, tryKubectl, type KubectlCall, type KubectlResult } from './kubectl.ts';
import type { Persona } from './users.ts';
import type { Watchdog } from './watchdog.ts';

/** How long anything may take to become ready, in milliseconds; it takes 3 s on a machine that is not busy. */
const readyTimeoutMs = 120_000;

/** Parts that `startControlPlane` puts together. */
export interface ControlPlaneParts {
  readonly instance: Instance;
  readonly layout: Layout;
  readonly watchdog: Watchdog;
}

/** A running control plane. Made by `startControlPlane`. */
export class ControlPlane implements Cluster {
  readonly baseUrl: string;
  /** PEM file of the CA that signed the API server's certificate. */
  readonly caFile: string;
  readonly capabilities: Capabilities;
  readonly auditLogFile: string;
  /** Everything is below this directory; `stop` removes it. */
  readonly directory: string;
  readonly #instance: Instance;
  readonly #layout: Layout;
  readonly #watchdog: Watchdog;

  constructor({ instance, layout, watchdog }: ControlPlaneParts) {
    this.#instance = instance;
    this.#layout = layout;
    this.#watchdog = watchdog;
    this.directory = instance.directory;
    this.baseUrl = `https://127.0.0.1:${layout.ports.apiServer}`;
    this.caFile = layout.certificates.caFile;
    this.auditLogFile = instance.path(files.auditLog);
    this.capabilities = {
      controllers: layout.programs.kubeControllerManager !== undefined,
      scheduler: layout.programs.kubeScheduler !== undefined,
      kwok: layout.programs.kwok !== undefined,
    };
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

  /** The components and other programs that were started, with pid and whether they are alive. */
  async processes(): Promise<readonly NamedProcess[]> {
    return await this.#instance.processes();
  }

  /** Starts a component on its ports and data; false when there is no program for it. */
  async startComponent(name: ComponentName): Promise<boolean> {
    const command = commandLine(name, this.#layout);
    if (command === undefined) return false;
    await this.#instance.start(name, command);
    return true;
  }

  /** Ends the API server and starts it on the same port and data; resolves when it is ready again. */
  async restartApiServer(options: { readonly kill?: boolean } = {}): Promise<void> {
    await this.endProgram('kube-apiserver', options);
    await this.startComponent('kube-apiserver');
    await this.untilReady();
  }

  /** Resolves when the API server says it is ready. */
  async untilReady(): Promise<void> {
    const readyz = { url: `${this.baseUrl}/readyz`, caFile: this.caFile };
    await this.until('the API server is ready', async () => await answersOk(readyz));
  }

  /**
   * Resolves when `check` resolves to true. Throws when that takes longer than two minutes, or when a component
   * ends meanwhile; the error quotes the last lines of its log.
   */
  async until(what: string, check: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + readyTimeoutMs;
    while (!(await check())) {
      await this.#failIfOneEnded(what);
      if (Date.now() > deadline) {
        throw new Error(`Waited ${readyTimeoutMs / 1000} s until ${what}.\n${this.#quote('kube-apiserver')}`);
      }
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    await this.#instance.destroy();
    await this.#watchdog.dismiss();
  }

  /** Lets the control plane outlive this process. `hack/cluster.sh down` ends it. */
  async detach(): Promise<void> {
    await this.#watchdog.dismiss();
  }

  async #failIfOneEnded(what: string): Promise<void> {
    const ended = (await this.#instance.processes()).find(({ alive }) => !alive);
    if (ended === undefined) return;
    throw new Error(`${ended.name} ended while waiting until ${what}.\n${this.#quote(ended.name)}`);
  }

  #quote(name: string): string {
    return `Last lines of ${this.#instance.logFile(name)}:\n${this.#instance.lastLogLines(name)}`;
  }

  #call({ as = 'admin', input }: KubectlOptions): KubectlCall {
    return {
      program: this.#layout.programs.kubectl,
      kubeconfig: this.kubeconfig(as),
      ...(input !== undefined && { input }),
    };
  }
}
