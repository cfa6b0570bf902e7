/** A control plane with numasim installed and its operator running: what the tests of the operator work with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { parseAllDocuments, stringify } from 'yaml';

import type { SimulatedCgroup, SimulatedNodeStatus } from '../../../src/api/simulated-node.ts';
import { nodeConfigs, policies, profiles, simulatedNodes } from '../../../src/controllers/resources.ts';
import type { StoredNode, StoredPod } from '../../../src/controllers/caches.ts';
import type {
  StoredNodeConfig,
  StoredPolicy,
  StoredProfile,
  StoredSimulatedNode,
} from '../../../src/controllers/resources.ts';
import { isNotFound } from '../../../src/kube/api-error.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { loadCredentials } from '../../../src/kube/load-credentials.ts';
import { ResourceClient } from '../../../src/kube/resource-client.ts';
import * as core from '../../../src/kube/resource-type.ts';
import { Transport } from '../../../src/kube/transport.ts';
import { readAuditLog, writesBy } from '../../control-plane/audit-log.ts';
import type { AuditEvent } from '../../control-plane/audit-log.ts';
import type { ControlPlane } from '../../control-plane/control-plane.ts';
import { freePorts } from '../../control-plane/free-ports.ts';
import { startControlPlane } from '../../control-plane/start-control-plane.ts';
import { operatorUser } from '../../control-plane/users.ts';
import type { Manifest } from './objects.ts';

const root = join(import.meta.dirname, '../../..');
export const programArgs = [join(root, 'src/cli/main.ts')];

/** Reads and changes objects as the administrator. */
class Clients {
  readonly pods;
  readonly nodes;
  readonly policies;
  readonly nodeConfigs;
  readonly profiles;
  readonly simulatedNodes;
  readonly events;

  constructor(transport: Transport) {
    this.pods = new ResourceClient<StoredPod>(transport, core.pods);
    this.nodes = new ResourceClient<StoredNode>(transport, core.nodes);
    this.policies = new ResourceClient<StoredPolicy>(transport, policies);
    this.nodeConfigs = new ResourceClient<StoredNodeConfig>(transport, nodeConfigs);
    this.profiles = new ResourceClient<StoredProfile>(transport, profiles);
    this.simulatedNodes = new ResourceClient<StoredSimulatedNode>(transport, simulatedNodes);
    this.events = new ResourceClient<KubeObject & EventFields>(transport, core.events);
  }
}

interface EventFields {
  readonly reason: string;
  readonly note: string;
  readonly reportingController: string;
  readonly regarding: { readonly kind: string; readonly name: string };
}

export class OperatorCluster {
  readonly controlPlane: ControlPlane;
  readonly clients: Clients;
  readonly healthPort: number;
  readonly #transport: Transport;

  private constructor(controlPlane: ControlPlane, healthPort: number) {
    this.controlPlane = controlPlane;
    this.healthPort = healthPort;
    this.#transport = new Transport({
      credentials: loadCredentials({ kubeconfig: controlPlane.kubeconfig('admin') }),
      userAgent: 'numasim/test',
    });
    this.clients = new Clients(this.#transport);
  }

  /** Installs what manifests/base installs, except the Deployment: the operator runs from the sources, beside it. */
  static async start(): Promise<OperatorCluster> {
    const controlPlane = await startControlPlane();
    const base = await controlPlane.kubectl(['kustomize', join(root, 'manifests/base')]);
    const input = parseAllDocuments(base)
      .map((document) => document.toJS() as { readonly kind: string })
      .filter(({ kind }) => kind !== 'Deployment')
      .map((object) => stringify(object))
      .join('---\n');
    await controlPlane.kubectl(['apply', '--server-side', '-f', '-'], { input });
    await controlPlane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const [port = 0] = await freePorts(1);
    return new OperatorCluster(controlPlane, port);
  }

  async stop(): Promise<void> {
    await this.#transport.close();
    await this.controlPlane.stop();
  }

  /** Command line of the operator, as the ServiceAccount that manifests/base makes. */
  get operatorArgs(): readonly string[] {
    const kubeconfig = this.controlPlane.kubeconfig('operator');
    return [
      ...programArgs,
      'operator',
      '--kubeconfig',
      kubeconfig,
      '--health-address',
      `127.0.0.1:${this.healthPort}`,
    ];
  }

  async startOperator(): Promise<void> {
    await this.controlPlane.startProgram('operator', {
      program: process.execPath,
      args: this.operatorArgs,
    });
    await this.until('the operator is ready', async () => (await this.probe('/readyz')).status === 200);
  }

  async killOperator(): Promise<void> {
    await this.controlPlane.endProgram('operator', { kill: true });
  }

  /** What the operator printed. */
  operatorLog(): string {
    return readFileSync(this.controlPlane.logFile('operator'), 'utf8');
  }

  /** Asks a probe; status 0 while nobody listens. */
  async probe(path: string): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.healthPort}${path}`);
      return { status: response.status, text: await response.text() };
    } catch {
      return { status: 0, text: '' };
    }
  }

  async apply(...objects: readonly Manifest[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    await this.controlPlane.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input });
  }

  /** Makes a namespace in which pods can be made. */
  async makeNamespace(name: string): Promise<void> {
    await this.controlPlane.kubectl(['create', 'namespace', name]);
    await this.controlPlane.until(
      `the ServiceAccount default of ${name} exists`,
      async () =>
        (await this.controlPlane.tryKubectl(['get', 'serviceaccount', 'default', '-n', name])).exitCode === 0,
    );
  }

  async nodeStatus(name: string): Promise<SimulatedNodeStatus | undefined> {
    return (await orUndefined(this.clients.simulatedNodes.get({ name })))?.status;
  }

  /** The containers that a SimulatedNode shows, by `pod/container`. */
  async cgroups(node: string): Promise<Readonly<Record<string, SimulatedCgroup>>> {
    const cgroups = (await this.nodeStatus(node))?.cgroups ?? [];
    return Object.fromEntries(cgroups.map((cgroup) => [`${cgroup.pod}/${cgroup.container}`, cgroup]));
  }

  /** The conditions of a policy as `Type=Status Reason`. */
  async conditions(name: string, namespace: string): Promise<readonly string[]> {
    const { status } = await this.clients.policies.get({ name, namespace });
    return (status?.conditions ?? []).map((each) => `${each.type}=${each.status} ${each.reason}`);
  }

  /** The operator's events as `object reason: note`, sorted. */
  async operatorEvents(): Promise<readonly string[]> {
    const { items } = await this.clients.events.list();
    return items
      .filter(({ reportingController }) => reportingController === 'numasim.dev/operator')
      .map(({ regarding, reason, note }) => `${regarding.name} ${reason}: ${note}`)
      .toSorted();
  }

  async setSpeed(config: string, speed: number): Promise<void> {
    await this.clients.nodeConfigs.mergePatch({ name: config }, { spec: { simulation: { speed } } });
  }

  /** The operator's requests for changes that were answered since then. */
  writesSince(sinceMs: number): readonly AuditEvent[] {
    return writesBy(operatorUser, readAuditLog(this.controlPlane.auditLogFile)).filter(
      ({ requestReceivedTimestamp }) => Date.parse(requestReceivedTimestamp) >= sinceMs,
    );
  }

  /** Requests of the operator that RBAC refused. */
  forbidden(): readonly AuditEvent[] {
    return readAuditLog(this.controlPlane.auditLogFile).filter(
      ({ user, responseStatus }) => user.username === operatorUser && responseStatus?.code === 403,
    );
  }

  /** Resolves once `check` holds, to the milliseconds that took; fails with the operator's last lines. */
  async until(what: string, check: () => Promise<boolean>, limitMs = 30_000): Promise<number> {
    const startedMs = Date.now();
    while (!(await check())) {
      if (Date.now() - startedMs > limitMs) {
        const lines = this.operatorLog().trimEnd().split('\n').slice(-15).join('\n');
        throw new Error(`Waited ${limitMs / 1000} s until ${what}. The operator's last lines:\n${lines}`);
      }
      await sleep(15);
    }
    return Date.now() - startedMs;
  }
}

/** What a request resolves to; undefined if the object is not there. */
export async function orUndefined<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
