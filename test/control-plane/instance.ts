/**
 * One instance of the control plane on disk: a directory with a log and a pid file per component. Everything needed to
 * look at it or end it is read from there, so another process can do that too (`hack/cluster.sh down`).
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { componentNames, type CommandLine, type ComponentName } from './components.ts';
import { endProcess, isRunning, startProcess, type RunningProcess } from './running-process.ts';

/** How many lines of a component's log an error quotes. */
const quotedLogLines = 20;

/** The processes of one control plane and the directory that remembers them. */
export class Instance {
  /** Absolute path; everything the components write is below it. */
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Makes the directory, readable by its owner only: it holds keys and tokens. */
  create(): void {
    for (const folder of ['run', 'logs', 'certificates', 'kubeconfig']) {
      mkdirSync(this.path(folder), { recursive: true, mode: 0o700 });
    }
  }

  /** A path below the directory. */
  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts);
  }

  /** The log file of a component: standard output and standard error of all its runs. */
  logFile(name: ComponentName): string {
    return this.path('logs', `${name}.log`);
  }

  /** Starts a component; its pid file exists from then on. */
  async start(name: ComponentName, { program, args }: CommandLine): Promise<void> {
    const started = await startProcess({ program, args, logFile: this.logFile(name) });
    writeFileSync(this.#pidFile(name), `${started.pid} ${started.program}\n`);
  }

  /** Ends a component; see `endProcess` for `graceMs`. Does nothing when it does not run. */
  async end(name: ComponentName, graceMs?: number): Promise<void> {
    const target = this.#read(name);
    if (target === undefined) return;
    await endProcess(target, graceMs);
    rmSync(this.#pidFile(name), { force: true });
  }

  /** The components that have been started and not ended, with whether their process is alive. */
  async processes(): Promise<readonly ComponentProcess[]> {
    const found: ComponentProcess[] = [];
    for (const name of componentNames) {
      const target = this.#read(name);
      if (target !== undefined) found.push({ name, pid: target.pid, alive: await isRunning(target) });
    }
    return found;
  }

  /** The last lines of a component's log, for an error message. */
  lastLogLines(name: ComponentName): string {
    const file = this.logFile(name);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
    return lines.slice(-quotedLogLines).join('\n');
  }

  /** Ends every component, clients first, and removes the directory. */
  async destroy(): Promise<void> {
    // What only reads the API keeps nothing worth a graceful end; it must be gone before its server.
    await Promise.all([this.end('kwok'), this.end('kube-scheduler'), this.end('kube-controller-manager')]);
    await this.end('kube-apiserver');
    await this.end('etcd');
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #pidFile(name: ComponentName): string {
    return this.path('run', `${name}.pid`);
  }

  #read(name: ComponentName): RunningProcess | undefined {
    const file = this.#pidFile(name);
    if (!existsSync(file)) return undefined;
    const [, pid, program] = /^(\d+) (.+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
    return pid === undefined || program === undefined ? undefined : { pid: Number(pid), program };
  }
}

/** A component that was started. */
export interface ComponentProcess {
  readonly name: ComponentName;
  readonly pid: number;
  /** False when it ended by itself, or the machine was restarted. */
  readonly alive: boolean;
}
