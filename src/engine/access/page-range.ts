import { KernelError } from '../kernel-error.ts';
import type { AccessSpec } from './access-stream.ts';

/** The pages an access entry uses: `offset + index · stride` for index 0 … length − 1. */
export interface PageRange {
  readonly offset: number;
  readonly stride: number;
  readonly length: number;
  /** One past the last page. */
  readonly end: number;
}

/** @throws KernelError EINVAL when the range does not lie within the region */
export function pageRange(
  region: { readonly name: string; readonly pages: number },
  spec: AccessSpec,
): PageRange {
  const offset = spec.offsetPages ?? 0;
  const stride = spec.stridePages ?? 1;
  const length = spec.lengthPages ?? Math.max(0, Math.ceil((region.pages - offset) / stride));
  const end = offset + (length - 1) * stride + 1;
  const whole = [offset, stride, length].every(Number.isInteger);
  if (!whole || offset < 0 || stride < 1 || length < 1 || end > region.pages) {
    throw new KernelError(
      'EINVAL',
      `region ${region.name}`,
      `an access of ${length} pages, ${stride} apart from page ${offset}, does not fit into ${region.pages} pages`,
    );
  }
  return { offset, stride, length, end };
}
