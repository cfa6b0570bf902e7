/** Which low-level runtime the pods of a recording ran under, from containerd's configuration. */
import type { CgroupConfig, OciBehaviour } from '../../src/cgroup/config.ts';
import type { Recording } from './record.ts';

/** The default runtime, and those of RuntimeClasses; a RuntimeClass is taken to be named as its handler. */
export function runtimesOf(recording: Recording): OciBehaviour & Pick<CgroupConfig, 'runtimeClasses'> {
  const config = recording.containerd_config ?? '';
  const version = find(/runc version ([0-9.]+)/u, recording.versions?.text) ?? '';
  const runtimeClasses = Object.fromEntries(
    [...config.matchAll(handlerSection)].map(([, handler = '', options]) => {
      const binary = find(/BinaryName *= *['"]([^'"]*)['"]/u, options) ?? `runc-${version}`;
      return [handler, behaviourOf(binary)];
    }),
  );
  const handler = find(/default_runtime_name *= *['"]([^'"]*)['"]/u, config) ?? '';
  return { ...(runtimeClasses[handler] ?? behaviourOf('runc')), runtimeClasses };
}

const handlerSection = /runtimes\.([\w-]+)\.options\]\n((?:[ \t]+[^[\n]*\n?)*)/gu;

function find(pattern: RegExp, text: string | undefined): string | undefined {
  return pattern.exec(text ?? '')?.[1];
}

/** runc changed its conversion in 1.3; a binary beside the default one has its version in its name. */
function behaviourOf(binary: string): OciBehaviour {
  const isOldRunc = /runc-?1\.[0-2]\b/u.test(binary);
  return {
    ociRuntime: binary.includes('crun') ? 'Crun' : 'Runc',
    cpuWeightConversion: isOldRunc ? 'Linear' : 'Logarithmic',
  };
}
