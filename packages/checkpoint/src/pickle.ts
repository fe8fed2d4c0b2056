import { brief, UlmfitError } from '@ulmfit/errors';
import { ByteReader } from '@ulmfit/files/portable';

// The format: Python's Lib/pickletools.py documents every opcode. Here a pickle is data: the few globals that a caller
// allows stand for functions written here, all others are refused when they are named, and nothing else can be called.

/** A Python tuple; lists are arrays, dictionaries and sets are `Map` and `Set`. */
export class PickleTuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** A class or function that a pickle names and its reader allows. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** An object of an allowed class that is kept as it was written, without a meaning. */
export class PickleObject {
  state: unknown;

  constructor(
    readonly type: string,
    readonly args: readonly unknown[],
  ) {}
}

/** What a pickle may name, as `module.name`: what a call to it gives, or `null` where it may only be mentioned. */
export type AllowedGlobals = Readonly<Record<string, ((args: readonly unknown[]) => unknown) | null>>;

export interface UnpickleOptions {
  /** None by default: plain values alone. */
  readonly globals?: AllowedGlobals;
  /** What a persistent id stands for; without it they are refused. */
  readonly persistent?: (id: unknown) => unknown;
  /** What to call the bytes in messages. */
  readonly label?: string;
  /** Where the pickle begins. Default 0. */
  readonly start?: number;
}

// Far above what vocabularies and state dictionaries need, and low enough that no file fills the memory.
const MAX_OPERATIONS = 5_000_000;
const MAX_CONTAINERS = 200_000;
const MAX_DEPTH = 10_000;
const MAX_INTEGER_BYTES = 1024;
const MAX_LINE_BYTES = 1_000_000;

/**
 * Reads one pickle of protocol 0 to 5 without running anything.
 * @returns the value, and where the pickle ends
 * @throws UlmfitError `PICKLE_GLOBAL_REFUSED` naming a global that is not allowed; `BAD_PICKLE`
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions = {}): { value: unknown; end: number } {
  return new Unpickler(bytes, options).run();
}

/** The allowed dictionary of Python 3.6 and before, and of every PyTorch state. */
export const orderedDict: AllowedGlobals = {
  'collections.OrderedDict': ([pairs]) => {
    const made = new Map<unknown, unknown>();
    for (const pair of Array.isArray(pairs) ? (pairs as unknown[]) : []) {
      const [key, value] = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
      made.set(key, value);
    }
    return made;
  },
};

class Unpickler {
  private readonly reader: ByteReader;
  private readonly label: string;
  private readonly globals: AllowedGlobals;
  private readonly memo = new Map<number, unknown>();
  private stack: unknown[] = [];
  /** The stacks below each open mark. */
  private readonly marks: unknown[][] = [];
  private containers = 0;
  /** What is still to be given to calls, item by item: a list that was kept once can be given to any number of them. */
  private argumentsLeft: number;

  constructor(
    bytes: Uint8Array,
    private readonly options: UnpickleOptions,
  ) {
    this.label = options.label ?? 'the pickle';
    this.globals = options.globals ?? {};
    this.argumentsLeft = bytes.length;
    this.reader = new ByteReader(bytes, (at) => this.bad(`cut short at byte ${at}`), options.start ?? 0);
  }

  run(): { value: unknown; end: number } {
    for (let operations = 0; operations < MAX_OPERATIONS; operations++) {
      const opcode = String.fromCharCode(this.reader.u8());
      if (opcode === '.') return { value: this.pop(), end: this.reader.at };
      this.step(opcode);
    }
    throw this.bad(`more than ${MAX_OPERATIONS} operations`);
  }

  private step(opcode: string): void {
    const { reader, stack } = this;
    switch (opcode) {
      case '\x80': {
        const protocol = reader.u8();
        if (protocol > 5) throw this.bad(`protocol ${protocol}; 0 to 5 are known`);
        return;
      }
      case '\x95': {
        const length = reader.u64();
        if (length > reader.remaining)
          throw this.bad(`a frame of ${length} bytes, ${reader.remaining} are left`);
        return;
      }

      // Constants
      case 'N':
        return void stack.push(null);
      case '\x88':
        return void stack.push(true);
      case '\x89':
        return void stack.push(false);
      case 'I':
        return void stack.push(this.decimal(true));
      case 'L':
        return void stack.push(this.decimal(false));
      case 'K':
        return void stack.push(reader.u8());
      case 'M':
        return void stack.push(reader.u16());
      case 'J':
        return void stack.push(reader.i32());
      case '\x8a':
        return void stack.push(this.integer(reader.u8()));
      case '\x8b':
        return void stack.push(this.integer(reader.u32()));
      case 'F':
        return void stack.push(this.float());
      case 'G':
        return void stack.push(reader.f64BigEndian());
      case '\x8c':
        return void stack.push(this.text(reader.u8()));
      case 'X':
        return void stack.push(this.text(reader.u32()));
      case '\x8d':
        return void stack.push(this.text(reader.u64()));
      case 'U':
        return void stack.push(this.text(reader.u8()));
      case 'T':
        return void stack.push(this.text(reader.u32()));
      case 'V':
        return void stack.push(unescapeUnicode(this.ascii()));
      case 'S':
        return void stack.push(this.quoted());
      case 'C':
        return void stack.push(this.bytes(reader.u8()));
      case 'B':
        return void stack.push(this.bytes(reader.u32()));
      case '\x8e':
      case '\x96':
        return void stack.push(this.bytes(reader.u64()));

      // Lists, tuples, dictionaries, sets
      case ']':
        return void stack.push([]);
      case 'l':
        return this.pushBelowMark((items) => items);
      case 'a': {
        const item = this.pop();
        return void this.list().push(item);
      }
      case 'e': {
        const items = this.popMark();
        const list = this.list();
        for (const item of items) list.push(item);
        return;
      }
      case ')':
        return void stack.push(new PickleTuple([]));
      case '\x85':
      case '\x86':
      case '\x87': {
        const size = opcode.charCodeAt(0) - 0x84;
        if (stack.length < size) throw this.underflow();
        return void stack.push(new PickleTuple(stack.splice(-size)));
      }
      case 't':
        return this.pushBelowMark((items) => new PickleTuple(items));
      case '}':
        return void stack.push(this.container(new Map()));
      case 'd':
        return this.pushBelowMark((items) => this.setItems(this.container(new Map()), items));
      case 's': {
        const value = this.pop();
        const key = this.pop();
        return void this.setItems(this.dictionary(), [key, value]);
      }
      case 'u': {
        const items = this.popMark();
        return void this.setItems(this.dictionary(), items);
      }
      case '\x8f':
        return void stack.push(this.container(new Set()));
      case '\x90': {
        const items = this.popMark();
        const set = this.top();
        if (!(set instanceof Set)) throw this.bad('items are added to what is no set');
        for (const item of items) set.add(item);
        return;
      }
      case '\x91':
        return this.pushBelowMark((items) => this.container(new Set(items)));

      // Stack and memo
      case '(':
        if (this.marks.length >= MAX_DEPTH) throw this.bad(`nested more than ${MAX_DEPTH} deep`);
        this.marks.push(stack);
        this.stack = [];
        return;
      case '0':
        if (stack.length > 0) stack.pop();
        else this.popMark();
        return;
      case '1':
        return void this.popMark();
      case '2':
        return void stack.push(this.top());
      case 'p':
        return void this.memo.set(this.index(), this.top());
      case 'q':
        return void this.memo.set(reader.u8(), this.top());
      case 'r':
        return void this.memo.set(reader.u32(), this.top());
      case '\x94':
        return void this.memo.set(this.memo.size, this.top());
      case 'g':
        return void stack.push(this.recall(this.index()));
      case 'h':
        return void stack.push(this.recall(reader.u8()));
      case 'j':
        return void stack.push(this.recall(reader.u32()));

      // Globals and objects
      case 'c': {
        const module = this.ascii();
        return void stack.push(this.global(module, this.ascii()));
      }
      case '\x93': {
        const name = this.pop();
        const module = this.pop();
        if (typeof module !== 'string' || typeof name !== 'string') throw this.bad('a global has no name');
        return void stack.push(this.global(module, name));
      }
      case 'i': {
        const module = this.ascii();
        const type = this.global(module, this.ascii());
        return this.pushBelowMark((items) => this.call(type, items));
      }
      case 'o':
        return this.pushBelowMark(([type, ...items]) => this.call(type, items));
      case 'R':
      case '\x81': {
        const args = this.pop();
        const callee = this.pop();
        if (!(args instanceof PickleTuple)) throw this.bad('a call has no tuple of arguments');
        return void stack.push(this.call(callee, args.items));
      }
      case '\x92': {
        this.pop(); // keyword arguments: none of the allowed globals takes any
        const args = this.pop();
        const callee = this.pop();
        if (!(args instanceof PickleTuple)) throw this.bad('a call has no tuple of arguments');
        return void stack.push(this.call(callee, args.items));
      }
      case 'b': {
        const state = this.pop();
        const target = this.top();
        if (target instanceof PickleObject) target.state = state;
        // Attributes of a dictionary, such as the versions in a state dictionary, are of no use here.
        else if (!(target instanceof Map)) throw this.bad('a state is set on what has none');
        return;
      }
      case 'P':
        return void stack.push(this.persistent(this.ascii()));
      case 'Q':
        return void stack.push(this.persistent(this.pop()));
      default:
        throw this.bad(
          `unknown opcode 0x${opcode.charCodeAt(0).toString(16)} at byte ${reader.at - 1}; is this a pickle?`,
        );
    }
  }

  private global(module: string, name: string): PickleGlobal {
    const full = `${module}.${name}`;
    if (!Object.hasOwn(this.globals, full)) {
      throw new UlmfitError(
        'PICKLE_GLOBAL_REFUSED',
        `${this.label}: it refers to ${brief(full)}, which could run code; save a state dictionary or a list instead`,
      );
    }
    return new PickleGlobal(full);
  }

  private call(callee: unknown, args: readonly unknown[]): unknown {
    const allowed = callee instanceof PickleGlobal ? this.globals[callee.name] : undefined;
    if (!allowed) throw this.bad('it calls what is no allowed function');
    for (const argument of args) this.argumentsLeft -= lengthOf(argument);
    if (this.argumentsLeft < 0) throw this.bad('its calls are given far more than it holds');
    const made = allowed(args);
    return made instanceof Map || made instanceof Set ? this.container(made) : made;
  }

  private persistent(id: unknown): unknown {
    if (!this.options.persistent) throw this.bad('a persistent id, which only PyTorch files have');
    return this.options.persistent(id);
  }

  private pop(): unknown {
    if (this.stack.length === 0) throw this.underflow();
    return this.stack.pop();
  }

  private top(): unknown {
    if (this.stack.length === 0) throw this.underflow();
    return this.stack.at(-1);
  }

  private popMark(): unknown[] {
    const below = this.marks.pop();
    if (!below) throw this.underflow();
    const items = this.stack;
    this.stack = below;
    return items;
  }

  private pushBelowMark(make: (items: unknown[]) => unknown): void {
    const items = this.popMark();
    this.stack.push(make(items));
  }

  private list(): unknown[] {
    const list = this.top();
    if (!Array.isArray(list)) throw this.bad('an item is appended to what is no list');
    return list as unknown[];
  }

  private dictionary(): Map<unknown, unknown> {
    const dictionary = this.top();
    if (!(dictionary instanceof Map)) throw this.bad('an entry is set in what is no dictionary');
    return dictionary;
  }

  private setItems(dictionary: Map<unknown, unknown>, items: readonly unknown[]): Map<unknown, unknown> {
    if (items.length % 2 !== 0) throw this.bad('a key has no value');
    for (let i = 0; i < items.length; i += 2) dictionary.set(items[i], items[i + 1]);
    return dictionary;
  }

  /** Counts what takes hundreds of bytes of memory for one of the file. */
  private container<T extends Map<unknown, unknown> | Set<unknown> | Uint8Array>(made: T): T {
    if (++this.containers > MAX_CONTAINERS)
      throw this.bad(`more than ${MAX_CONTAINERS} dictionaries, sets and byte strings`);
    return made;
  }

  private bytes(length: number): Uint8Array {
    return this.container(this.reader.take(length).slice());
  }

  private recall(index: number): unknown {
    if (!this.memo.has(index)) throw this.bad(`it recalls value ${index}, which it never kept`);
    return this.memo.get(index);
  }

  private text(length: number): string {
    const bytes = this.reader.take(length);
    try {
      return utf8.decode(bytes);
    } catch {
      throw this.bad(`a string before byte ${this.reader.at} is not UTF-8`);
    }
  }

  /** A line as Latin-1, of protocol 0. */
  private ascii(): string {
    const line = this.reader.line();
    if (line.length > MAX_LINE_BYTES) throw this.bad(`a line of ${line.length} bytes`);
    return latin1(line);
  }

  private quoted(): string {
    const line = this.ascii().trim();
    const quote = line[0];
    if ((quote !== "'" && quote !== '"') || line.length < 2 || !line.endsWith(quote)) {
      throw this.bad('a string has no quotes');
    }
    return unescapeBytes(line.slice(1, -1));
  }

  private index(): number {
    const index = this.decimal(false);
    if (typeof index !== 'number' || index < 0) throw this.bad('a value is kept under no index');
    return index;
  }

  /** A line of decimal digits; protocol 0 writes truth values as `00` and `01`. */
  private decimal(hasTruth: boolean): number | bigint | boolean {
    const line = this.ascii().trim();
    if (hasTruth && (line === '00' || line === '01')) return line === '01';
    const digits = line.endsWith('L') ? line.slice(0, -1) : line;
    if (digits.length > 2 * MAX_INTEGER_BYTES || !/^[+-]?\d+$/.test(digits))
      throw this.bad('a number has no digits');
    return narrow(BigInt(digits.replace('+', '')));
  }

  private float(): number {
    const line = this.ascii().trim();
    const named: Record<string, number> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
    const value = Object.hasOwn(named, line) ? named[line] : Number(line);
    if (value === undefined || line === '' || (Number.isNaN(value) && line !== 'nan')) {
      throw this.bad('a number has no digits');
    }
    return value;
  }

  /** Two's complement of any length. */
  private integer(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) throw this.bad(`an integer of ${length} bytes`);
    const digits = Array.from(this.reader.take(length), (byte) => byte.toString(16).padStart(2, '0'));
    return narrow(BigInt.asIntN(8 * length, BigInt(`0x0${digits.reverse().join('')}`)));
  }

  private underflow(): UlmfitError {
    return this.bad(`byte ${this.reader.at - 1} takes a value from an empty stack`);
  }

  private bad(what: string): UlmfitError {
    return new UlmfitError('BAD_PICKLE', `${this.label}: not a sound pickle: ${what}`);
  }
}

const narrow = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value;

/** How many items a call may copy out of an argument. */
const lengthOf = (argument: unknown): number =>
  Array.isArray(argument) ? argument.length : argument instanceof PickleTuple ? argument.items.length : 0;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// Not TextDecoder: what the web calls Latin-1 is Windows-1252.
const latin1 = (bytes: Uint8Array) => {
  let text = '';
  for (let at = 0; at < bytes.length; at += LATIN1_PIECE)
    text += String.fromCharCode(...bytes.subarray(at, at + LATIN1_PIECE));
  return text;
};
/** Few enough to be the arguments of a call. */
const LATIN1_PIECE = 4096;

/** Python's `raw-unicode-escape`. */
const unescapeUnicode = (text: string) =>
  text.replace(
    /\\u([0-9a-fA-F]{4})|\\U(00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})/g,
    (_, short: string, long: string) => String.fromCodePoint(parseInt(short ?? long, 16)),
  );

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };

/** The escapes of a Python string literal. */
const unescapeBytes = (text: string) =>
  text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (whole, hex?: string, letter?: string) =>
    hex ? String.fromCharCode(parseInt(hex, 16)) : (escapes[letter ?? ''] ?? whole),
  );
