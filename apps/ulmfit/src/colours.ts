import { createColors } from 'picocolors';

/** A stream that may be a terminal. */
interface Output {
  readonly isTTY?: boolean | undefined;
}
type Environment = Readonly<Record<string, string | undefined>>;

const isSet = (value: string | undefined): boolean => (value ?? '') !== '';

/** Of one of several processes that a launcher has started the streams say so, too, though they go to a file. */
const isLaunched = (environment: Environment): boolean =>
  isSet(environment['OMPI_COMM_WORLD_SIZE']) || isSet(environment['PMI_SIZE']);

/**
 * Whether a stream is a terminal that shows a line which changes, and colours: not in continuous integration, where some
 * streams say they are.
 */
export const isLive = (stream: Output, environment: Environment = process.env): boolean =>
  stream.isTTY === true &&
  !isLaunched(environment) &&
  !isSet(environment['CI']) &&
  environment['TERM'] !== 'dumb';

/** Colours for a stream: none where it is no terminal or its reader wants none (no-color.org), unless FORCE_COLOR asks for them. */
export function coloursOf(stream: Output, environment: Environment = process.env) {
  const isForced = isSet(environment['FORCE_COLOR']) && environment['FORCE_COLOR'] !== '0';
  return createColors(!isSet(environment['NO_COLOR']) && (isForced || isLive(stream, environment)));
}
