/** The command lines of the control plane's components. */
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import type { Programs } from './programs.ts';

/** Components in the order they start; the name of each is that of its log file. */
export const componentNames = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
] as const;

/** One component of the control plane. */
export type ComponentName = (typeof componentNames)[number];

/** Loopback ports, one per server. */
export interface Ports {
  readonly etcdClient: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
  readonly controllerManager: number;
  readonly scheduler: number;
}

/** Everything the command lines are made of. */
export interface Layout {
  readonly directory: string;
  readonly ports: Ports;
  readonly programs: Programs;
  readonly certificates: Certificates;
  /** Kubeconfig files of the components. */
  readonly kubeconfigs: {
    readonly controllerManager: string;
    readonly scheduler: string;
    readonly kwok: string;
  };
  /** Added to kube-apiserver's flags, such as `--etcd-compaction-interval=5s`. */
  readonly apiServerFlags: readonly string[];
}

/** A program with its arguments. */
export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Files that the components read and write, below the instance's directory. */
export const files = {
  auditLog: 'audit.log',
  auditPolicy: 'audit-policy.yaml',
  tokens: 'tokens.csv',
  etcdData: 'etcd',
} as const;

/** Requests are logged once, when answered, without bodies: enough to count who wrote what. */
export const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- level: Metadata
`;

/** The command line of a component; undefined when its program is not there. */
export function commandLine(name: ComponentName, layout: Layout): CommandLine | undefined {
  return makers[name](layout);
}

const makers: Readonly<Record<ComponentName, (layout: Layout) => CommandLine | undefined>> = {
  etcd: etcd,
  'kube-apiserver': apiServer,
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
  kwok: kwok,
};

function etcd({ directory, ports, programs }: Layout): CommandLine {
  const client = `http://127.0.0.1:${ports.etcdClient}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return {
    program: programs.etcd,
    args: [
      `--data-dir=${join(directory, files.etcdData)}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
  };
}

function apiServer({ directory, ports, programs, certificates, apiServerFlags }: Layout): CommandLine {
  return {
    program: programs.kubeApiserver,
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcdClient}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.apiServer}`,
      `--tls-cert-file=${certificates.servingCertFile}`,
      `--tls-private-key-file=${certificates.servingKeyFile}`,
      `--client-ca-file=${certificates.caFile}`,
      `--token-auth-file=${join(directory, files.tokens)}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.0.0.0/24',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${certificates.serviceAccountPublicKeyFile}`,
      `--service-account-signing-key-file=${certificates.serviceAccountKeyFile}`,
      '--endpoint-reconciler-type=none',
      '--allow-privileged=true',
      `--audit-policy-file=${join(directory, files.auditPolicy)}`,
      `--audit-log-path=${join(directory, files.auditLog)}`,
      // Nobody makes the `default` ServiceAccounts without a controller-manager, and pods would be refused for it.
      ...(programs.kubeControllerManager === undefined ? ['--disable-admission-plugins=ServiceAccount'] : []),
      ...apiServerFlags,
    ],
  };
}

function controllerManager(layout: Layout): CommandLine | undefined {
  const { programs, ports, certificates, kubeconfigs } = layout;
  return programs.kubeControllerManager === undefined
    ? undefined
    : {
        program: programs.kubeControllerManager,
        args: [
          ...controllerFlags(kubeconfigs.controllerManager, ports.controllerManager),
          `--root-ca-file=${certificates.caFile}`,
          `--service-account-private-key-file=${certificates.serviceAccountKeyFile}`,
          '--use-service-account-credentials',
          // Its default of 20 requests per second is for large clusters; here it only delays the start by 5 s.
          '--kube-api-qps=1000',
          '--kube-api-burst=1000',
        ],
      };
}

function scheduler({ programs, ports, kubeconfigs }: Layout): CommandLine | undefined {
  return programs.kubeScheduler === undefined
    ? undefined
    : { program: programs.kubeScheduler, args: controllerFlags(kubeconfigs.scheduler, ports.scheduler) };
}

function controllerFlags(kubeconfig: string, port: number): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--leader-elect=false',
  ];
}

function kwok({ programs, kubeconfigs }: Layout): CommandLine | undefined {
  return programs.kwok === undefined
    ? undefined
    : {
        program: programs.kwok.program,
        args: [
          `--kubeconfig=${kubeconfigs.kwok}`,
          `--config=${programs.kwok.stagesFile}`,
          '--manage-all-nodes',
          '--node-lease-duration-seconds=40',
        ],
      };
}
