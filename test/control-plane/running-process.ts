/**
 * A program of the control plane as a process that can be found again: by pid and by the path of its program,
 * so that a stale pid file (a reboot, a reused pid) never makes us end a stranger.
 */
import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Enough to find a process again, also from another process and on another day. */
export interface RunningProcess {
  /** Leader of its own process group. */
  readonly pid: number;
  /** Path of its program. */
  readonly program: string;
}

/** What to start. */
export interface ProcessSpec {
  readonly program: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Receives standard output and standard error; appended to. */
  readonly logFile: string;
}

/** How long a process may take to end after SIGTERM, in milliseconds; kube-apiserver needs several seconds. */
const defaultGraceMs = 10_000;

/** Starts a program in a process group of its own, which neither Ctrl-C nor our exit reaches. */
export async function startProcess(spec: ProcessSpec): Promise<RunningProcess> {
  const log = openSync(spec.logFile, 'a', 0o600);
  try {
    const child = spawn(spec.program, spec.args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...spec.env },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve).once('error', reject);
    });
    child.unref();
    return { pid: child.pid ?? -1, program: spec.program };
  } finally {
    closeSync(log);
  }
}

/** True while the process runs, also while it is ending; false for a zombie, and for a stranger with its pid. */
export async function isRunning(target: RunningProcess): Promise<boolean> {
  const { ended, command } = await look(target.pid);
  // An ending process has lost its command line but may still hold its ports.
  return !ended && (command === '' || command.includes(target.program));
}

/**
 * Ends a process and its group with SIGTERM, and with SIGKILL when it takes longer than `graceMs`; resolves when it
 * is gone. With a grace of 0 it is killed at once.
 */
export async function endProcess(target: RunningProcess, graceMs = defaultGraceMs): Promise<void> {
  if (graceMs > 0) {
    await signal(target, 'SIGTERM');
    if (await hasEnded(target, graceMs)) return;
  }
  await signal(target, 'SIGKILL');
  await hasEnded(target, defaultGraceMs);
}

async function signal(target: RunningProcess, name: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(target))) return;
  try {
    process.kill(-target.pid, name);
  } catch (error) {
    if (!isNoSuchProcess(error)) throw error;
  }
}

async function hasEnded(target: RunningProcess, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (await isRunning(target)) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

interface Sight {
  /** No such process, or a zombie that nobody has reaped. */
  readonly ended: boolean;
  /** Its command line; empty for a process that is ending. */
  readonly command: string;
}

async function look(pid: number): Promise<Sight> {
  try {
    return platform() === 'linux' ? lookInProc(pid) : await lookWithPs(pid);
  } catch {
    return { ended: true, command: '' };
  }
}

/** Containers often have no `ps`, but every Linux has /proc. */
function lookInProc(pid: number): Sight {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const state = stat.charAt(stat.lastIndexOf(')') + 2);
  // The first thread may be a zombie while others still close their files.
  const ended = state === 'X' || (state === 'Z' && readdirSync(`/proc/${pid}/task`).length <= 1);
  return { ended, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
}

async function lookWithPs(pid: number): Promise<Sight> {
  const { stdout } = await run('ps', ['-o', 'stat=,command=', '-p', String(pid)]);
  const [state = '', ...command] = stdout.trim().split(/\s+/);
  return { ended: state.startsWith('Z'), command: command.join(' ') };
}

function isNoSuchProcess(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ESRCH';
}
