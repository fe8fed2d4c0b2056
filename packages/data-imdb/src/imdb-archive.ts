import { pipeline } from 'node:stream';
import { showName, UlmfitError } from '@ulmfit/errors';
import { gunzipFile } from '@ulmfit/files';
import { extract, type Extract } from 'tar-stream';
import type { ReadImdbOptions } from './read-imdb-options.js';
import { parseReviewPath, type Review } from './review.js';
import { decodeReview, MAXIMUM_REVIEW_BYTES, reviewTooLong } from './review-text.js';

type Member = Extract extends AsyncIterable<infer Entry> ? Entry : never;

/** The reviews of an `aclImdb` archive in the archive's order, read as a stream: nothing is unpacked to disk. */
export async function* readImdbArchive(
  path: string,
  { signal, onBytes }: Pick<ReadImdbOptions, 'signal'> & { onBytes?: (packed: number) => void },
): AsyncGenerator<Review, void> {
  const members = extract();
  let failure: unknown;
  pipeline(gunzipFile(path, { signal, onBytes }), members, (error) => {
    failure = error;
  });
  try {
    for await (const member of members) {
      const review = await readMember(path, member);
      if (review) yield review;
    }
  } catch (error) {
    throw describeTarError(path, failure ?? error);
  }
}

async function readMember(path: string, member: Member): Promise<Review | undefined> {
  const { name, type, size } = member.header;
  if (/^([/\\]|[A-Za-z]:)/.test(name) || name.split(/[/\\]/).includes('..')) {
    throw new UlmfitError(
      'UNSAFE_MEMBER',
      `${path}: member ${showName(name)} points outside the archive; this is not an aclImdb archive`,
    );
  }
  // Links are never followed: the review they point to stands in the archive itself.
  const at = type === 'file' || type === 'contiguous-file' ? parseReviewPath(name) : undefined;
  if (!at) {
    member.resume();
    return undefined;
  }
  if (size > MAXIMUM_REVIEW_BYTES) throw reviewTooLong(`${path}: member ${showName(name)}`, size);
  const chunks: Buffer[] = [];
  for await (const chunk of member as AsyncIterable<Buffer>) chunks.push(chunk);
  return { ...at, text: decodeReview(Buffer.concat(chunks), `${path}: member ${showName(name)}`) };
}

function describeTarError(path: string, error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  if (/^(Invalid tar header|Invalid header|Header exceeds|Unexpected end of data)/.test(message)) {
    return new UlmfitError(
      'BAD_TAR',
      `${path}: is not a complete tar archive (${message}); use a sound copy`,
      {
        cause: error,
      },
    );
  }
  return error;
}
