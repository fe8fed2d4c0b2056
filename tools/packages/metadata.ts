import { readFileSync } from 'node:fs';
import type { Check } from './check.js';
import type { Toolbox } from './toolbox.js';

interface Publint {
  publint(options: { pack: { tarball: ArrayBufferLike }; strict: boolean; level: 'suggestion' }): Promise<{
    messages: { code: string }[];
    pkg: Record<string, unknown>;
  }>;
}
interface PublintUtils {
  formatMessage(message: { code: string }, manifest: Record<string, unknown>): string | undefined;
}
interface Attw {
  createPackageFromTarballData(data: Uint8Array): unknown;
  checkPackage(
    archive: unknown,
  ): Promise<{ problems?: { kind: string; entrypoint?: string; resolutionKind?: string }[] }>;
}

// ES modules alone: `require` under `node16` and the resolution of Node 10 are not promised.
const unpromised = new Set(['node10', 'node16-cjs']);

/** What publint, strict, and "are the types wrong?" find in a tarball. */
export async function metadataProblems(toolbox: Toolbox, name: string, path: string): Promise<string[]> {
  const { publint } = (await toolbox.tool('publint')) as Publint;
  const { formatMessage } = (await toolbox.tool('publint/utils')) as PublintUtils;
  const attw = (await toolbox.tool('@arethetypeswrong/core')) as Attw;
  const bytes = new Uint8Array(readFileSync(path));
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer },
    strict: true,
    level: 'suggestion',
  });
  const { problems = [] } = await attw.checkPackage(attw.createPackageFromTarballData(bytes));
  return [
    ...messages.map((message) => `publint: ${name}: ${formatMessage(message, pkg) ?? message.code}`),
    ...problems
      .filter(
        ({ kind, resolutionKind = '' }) => !unpromised.has(resolutionKind) && kind !== 'CJSResolvesToESM',
      )
      .map(
        ({ kind, entrypoint = '', resolutionKind = '' }) =>
          `attw: ${name} ${entrypoint} ${resolutionKind}: ${kind}`,
      ),
  ];
}

/** They find nothing in any tarball. */
export const metadata: Check = {
  name: 'metadata',
  async run({ tarballs, toolbox }) {
    const problems: string[] = [];
    for (const { manifest, path } of tarballs)
      problems.push(...(await metadataProblems(toolbox, manifest.name, path)));
    return {
      problems,
      notes: [`publint --strict and attw (ES modules alone) on ${String(tarballs.length)} tarballs`],
    };
  },
};
