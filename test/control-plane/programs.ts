/**
 * Where the programs of the control plane come from: built once by `hack/tools/build.sh`, or, with
 * `KUBEBUILDER_ASSETS`, from that directory and nowhere else.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of the programs. */
export interface Programs {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubectl: string;
  /** Absent when `KUBEBUILDER_ASSETS` has none: then Deployments make no pods and namespaces do not finish deleting. */
  readonly kubeControllerManager?: string;
  /** Absent when `KUBEBUILDER_ASSETS` has none: then only pods with a `nodeName` have a node. */
  readonly kubeScheduler?: string;
  /** Absent when `KUBEBUILDER_ASSETS` has none: then nodes and pods have the status that tests write. */
  readonly kwok?: { readonly program: string; readonly stagesFile: string };
}

const buildScript = join(import.meta.dirname, '../../hack/tools/build.sh');

const needed = [
  'etcd',
  'kube-apiserver',
  'kubectl',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'kwok-stages.yaml',
] as const;

/** Finds the programs; builds what is missing, with progress on standard error (about seven minutes, once). */
export async function findPrograms(env: NodeJS.ProcessEnv = process.env): Promise<Programs> {
  const assets = env.KUBEBUILDER_ASSETS;
  return assets === undefined || assets === ''
    ? programsIn(await buildTools(needed))
    : programsIn(checkedAssets(assets));
}

/** Builds the named files of the tools cache if they are missing; resolves to the cache's directory. */
export async function buildTools(names: readonly string[]): Promise<string> {
  return await new Promise((resolve, reject) => {
    const child = spawn(buildScript, names, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject).once('close', (code) => {
      if (code === 0) resolve(output.trim());
      else reject(new Error('The control plane could not be built; hack/tools/build.sh says why above.'));
    });
  });
}

function checkedAssets(directory: string): string {
  const missing = ['etcd', 'kube-apiserver', 'kubectl'].filter((name) => !existsSync(join(directory, name)));
  if (missing.length === 0) return directory;
  throw new Error(
    `KUBEBUILDER_ASSETS=${directory} has no ${missing.join(', ')}. ` +
      'Point it at the directory that `setup-envtest use --print path` prints, or unset it to build with Go.',
  );
}

function programsIn(directory: string): Programs {
  const optional = (name: string): string | undefined => {
    const path = join(directory, name);
    return existsSync(path) ? path : undefined;
  };
  const kubeControllerManager = optional('kube-controller-manager');
  const kubeScheduler = optional('kube-scheduler');
  const kwok = optional('kwok');
  const stagesFile = optional('kwok-stages.yaml');
  return {
    etcd: join(directory, 'etcd'),
    kubeApiserver: join(directory, 'kube-apiserver'),
    kubectl: join(directory, 'kubectl'),
    ...(kubeControllerManager !== undefined && { kubeControllerManager }),
    ...(kubeScheduler !== undefined && { kubeScheduler }),
    ...(kwok !== undefined && stagesFile !== undefined && { kwok: { program: kwok, stagesFile } }),
  };
}
