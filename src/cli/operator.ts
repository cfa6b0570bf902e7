/** `numasim operator`: the process that runs in a cluster, or beside one. */
import { Option } from 'commander';
import type { Command } from 'commander';

import { createLogger, logLevels } from '../operator/logger.ts';
import type { LogLevel } from '../operator/logger.ts';
import { runOperator } from '../operator/operator.ts';

interface OperatorArguments {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly healthAddress: string;
  readonly logLevel: LogLevel;
}

/** Adds the command to the program. */
export function registerOperator(program: Command): void {
  program
    .command('operator')
    .description('watch policies, profiles, node configs, pods and nodes, and simulate every node')
    .option(
      '--kubeconfig <file>',
      "kubeconfig (default: KUBECONFIG, the pod's ServiceAccount, ~/.kube/config)",
    )
    .option('--context <name>', 'context of the kubeconfig (default: its current one)')
    .option('--health-address <host:port>', 'where /healthz and /readyz are served', ':8081')
    .addOption(new Option('--log-level <level>', 'how much is logged').choices(logLevels).default('info'))
    .addHelpText(
      'after',
      '\nThe operator needs the CRDs (numasim crds) and the rights of manifests/base. It ends on SIGTERM and SIGINT.',
    )
    .action(async ({ kubeconfig, context, healthAddress, logLevel }: OperatorArguments) => {
      const stop = new AbortController();
      for (const name of ['SIGTERM', 'SIGINT'] as const) {
        process.once(name, () => {
          stop.abort();
        });
      }
      const logger = createLogger(logLevel);
      await runOperator({ kubeconfig, context, healthAddress, logger, signal: stop.signal });
    });
}
