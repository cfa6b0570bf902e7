/**
 * One instance of a control plane on disk: a directory with a log and a pid file per program. Everything needed to
 * look at it or end it is read from there, so another process can do that too (`hack/cluster.sh down`).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CommandLine } from './components.ts';
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

  /** The log file of a program: standard output and standard error of all its runs. */
  logFile(name: string): string {
    return this.path('logs', `${name}.log`);
  }

  /** Starts a program under a name, which no other program here has; its pid file exists from then on. */
  async start(name: string, command: CommandLine): Promise<void> {
    const started = await startProcess({ ...command, logFile: this.logFile(name) });
    writeFileSync(this.#pidFile(name), `${started.pid} ${started.program}\n`);
  }

  /** Ends a program; see `endProcess` for `graceMs`. Does nothing when it does not run. */
  async end(name: string, graceMs?: number): Promise<void> {
    const target = this.#read(name);
    if (target === undefined) return;
    await endProcess(target, graceMs);
    rmSync(this.#pidFile(name), { force: true });
  }

  /** The programs that have been started and not ended, with whether their process is alive. */
  async processes(): Promise<readonly NamedProcess[]> {
    const found: NamedProcess[] = [];
    for (const name of this.#names()) {
      const target = this.#read(name);
      if (target !== undefined) found.push({ name, pid: target.pid, alive: await isRunning(target) });
    }
    return found;
  }

  /** The last lines of a program's log, for an error message. */
  lastLogLines(name: string): string {
    const file = this.logFile(name);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
    return lines.slice(-quotedLogLines).join('\n');
  }

  /** Ends every program, clients before servers, and removes the directory. */
  async destroy(): Promise<void> {
    const servers = ['kube-apiserver', 'etcd'];
    await Promise.all(
      this.#names()
        .filter((name) => !servers.includes(name))
        .map(async (name) => await this.end(name)),
    );
    for (const name of servers) await this.end(name);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #names(): readonly string[] {
    const run = this.path('run');
    if (!existsSync(run)) return [];
    return readdirSync(run).map((file) => basename(file, '.pid'));
  }

  #pidFile(name: string): string {
    return this.path('run', `${name}.pid`);
  }

  #read(name: string): RunningProcess | undefined {
    const file = this.#pidFile(name);
    if (!existsSync(file)) return undefined;
    const [, pid, program] = /^(\d+) (.+)$/m.exec(readFileSync(file, 'utf8')) ?? [];
    return pid === undefined || program === undefined ? undefined : { pid: Number(pid), program };
  }
}

/** A program that was started. */
export interface NamedProcess {
  readonly name: string;
  readonly pid: number;
  /** False when it ended by itself, or the machine was restarted. */
  readonly alive: boolean;
}
