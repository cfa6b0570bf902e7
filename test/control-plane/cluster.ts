/** What tests, the demo and scripts need of a cluster, whether it is our own control plane or one that existed. */
import type { CommandLine } from './components.ts';
import type { KubectlResult } from './kubectl.ts';
import type { Persona } from './users.ts';

/** How kubectl is run. */
export interface KubectlOptions {
  /** Default `admin`. */
  readonly as?: Persona;
  /** Standard input, as for `-f -`. */
  readonly input?: string;
}

/** What this cluster can do beyond storing objects. */
export interface Capabilities {
  /** Deployments make pods, ServiceAccounts get made, namespaces finish deleting. */
  readonly controllers: boolean;
  /** Pods without a `nodeName` get one. */
  readonly scheduler: boolean;
  /** Nodes that are only objects become Ready and their pods Running. */
  readonly kwok: boolean;
}

/** A Kubernetes cluster, and the identities to reach it with. */
export interface Cluster {
  /** `https://host:port` of the API server. */
  readonly baseUrl: string;
  readonly capabilities: Capabilities;
  /** The API server's audit log (one JSON event per line); undefined for a cluster that is not ours. */
  readonly auditLogFile: string | undefined;
  /** Path of the kubeconfig of an identity. */
  kubeconfig(persona: Persona): string;
  /** Runs kubectl; resolves to its standard output. Throws `KubectlError` when it fails. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** Runs kubectl; resolves to what it left behind, success or not. */
  tryKubectl(args: readonly string[], options?: KubectlOptions): Promise<KubectlResult>;
  /** Starts a program (such as the operator) that ends with the cluster's use, at the latest. */
  startProgram(name: string, command: CommandLine): Promise<void>;
  /** Ends such a program: gracefully, or with `kill: true` at once as `kill -9` does. Resolves when it is gone. */
  endProgram(name: string, options?: { readonly kill?: boolean }): Promise<void>;
  /** What such a program, or a component of the control plane, has printed. */
  logFile(name: string): string;
  /** Ends what was started for this cluster and removes its files. A cluster that existed goes on. */
  stop(): Promise<void>;
}
