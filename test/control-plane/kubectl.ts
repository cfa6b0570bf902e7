/** Runs kubectl, always with an explicit kubeconfig: never against the cluster a person happens to have selected. */
import { spawn } from 'node:child_process';

/** What a run of kubectl left behind. */
export interface KubectlResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Which kubectl, as whom. */
export interface KubectlCall {
  readonly program: string;
  readonly kubeconfig: string;
  /** Standard input, as for `-f -`. */
  readonly input?: string;
}

/** Thrown when kubectl fails; the message holds the command and what kubectl said. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError';
  readonly result: KubectlResult;

  constructor(args: readonly string[], result: KubectlResult) {
    super(`kubectl ${args.join(' ')} ended with ${result.exitCode}: ${result.stderr.trim()}`);
    this.result = result;
  }
}

/** Runs kubectl and resolves to its standard output. Throws `KubectlError` when it fails. */
export async function kubectl(call: KubectlCall, args: readonly string[]): Promise<string> {
  const result = await tryKubectl(call, args);
  if (result.exitCode !== 0) throw new KubectlError(args, result);
  return result.stdout;
}

/** Runs kubectl and resolves to what it left behind, success or not. */
export async function tryKubectl(call: KubectlCall, args: readonly string[]): Promise<KubectlResult> {
  return await new Promise((resolve, reject) => {
    const child = spawn(call.program, args, { env: { ...process.env, KUBECONFIG: call.kubeconfig } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr }));
    // kubectl may end before it has read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(call.input ?? '');
  });
}
