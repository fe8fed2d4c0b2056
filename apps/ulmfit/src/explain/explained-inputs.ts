import { showName, UlmfitError } from '@ulmfit/errors';
import { decodeUtf8, streamFile } from '@ulmfit/files';

/** Characters of one text at most: far beyond what is read in colours. */
const MOST_CHARACTERS = 1_000_000;

/**
 * A file as one text; `-` is standard input.
 * @throws UlmfitError `NOT_UTF8`, `DOCUMENT_TOO_LONG`; the system's error
 */
export async function textOfFile(path: string): Promise<string> {
  const name = path === '-' ? 'standard input' : showName(path);
  const bytes = path === '-' ? (process.stdin as AsyncIterable<Buffer>) : streamFile(path);
  let text = '';
  for await (const piece of decodeUtf8(bytes, name)) {
    text += piece;
    if (text.length > MOST_CHARACTERS)
      throw new UlmfitError(
        'DOCUMENT_TOO_LONG',
        `${name}: is longer than ${MOST_CHARACTERS} characters; give one text per file`,
      );
  }
  return text;
}
