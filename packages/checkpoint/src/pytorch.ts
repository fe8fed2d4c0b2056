import { brief, showName, UlmfitError } from '@ulmfit/errors';
import { ByteReader, isZip, readFile, ZipArchive } from '@ulmfit/files/portable';
import {
  orderedDict,
  PickleGlobal,
  PickleObject,
  PickleTuple,
  unpickle,
  type AllowedGlobals,
  type UnpickleOptions,
} from './pickle.js';
import { dtypeBytes, rawTensor, sizeOf, type Dtype, type RawTensor } from './raw-tensor.js';

// What torch.save writes: https://pytorch.org/docs/stable/notes/serialization.html and torch/serialization.py.

/** `torch.serialization.MAGIC_NUMBER`, with which files before PyTorch 1.6 begin. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;
/** PyTorch's own limit. */
const MAX_DIMENSIONS = 64;

/**
 * Reads the tensors of a PyTorch file (`.pth`, `.pt`) of a state dictionary, of either format, alone or under "model"
 * as fastai writes it (anything beside it, such as the optimizer's state, is skipped). Nothing in the file is run.
 * @param source the bytes or, in Node, a path
 * @returns tensors by PyTorch's names, in the file's order; tied ones are one object
 * @throws UlmfitError `BAD_PYTORCH_FILE`, `BAD_ZIP`, `BAD_PICKLE`, `PICKLE_GLOBAL_REFUSED` naming what would have been run,
 * `FILE_ERROR`
 * @example
 * const { kind, shape, tensors } = fromFastai(readPytorch('wt103-fwd.pth'));
 * console.log(kind, shape, tensors.size);
 */
export function readPytorch(
  source: Uint8Array | string,
  label = 'the PyTorch bytes',
): Map<string, RawTensor> {
  const [bytes, name] = typeof source === 'string' ? [readFile(source), source] : [source, label];
  const file = isZip(bytes) ? readZipFormat(bytes, name) : readLegacyFormat(bytes, name);
  return new TensorReader(file, name, bytes.length).stateDictionary();
}

/** The elements that tensors are views of. */
class Storage {
  constructor(
    readonly key: string,
    readonly dtype: Dtype,
    /** Elements. */
    readonly size: number,
    /** Bytes from the beginning of the stored ones: more than 0 for a view in the oldest files. */
    readonly start = 0,
  ) {}
}

/** A view of a storage, as `torch._utils._rebuild_tensor_v2` is called for. */
class View {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

interface TorchFile {
  readonly root: unknown;
  /** The bytes of a storage, neither more nor fewer. */
  bytesOf(storage: Storage): Uint8Array;
}

const storages: Readonly<Record<string, Dtype>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

/** Named in optimizer states and the like: kept as they are written, never called. */
const inert = [
  'fastcore.foundation.L',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.dtype',
  '_codecs.encode',
  'torch.device',
  'torch.Size',
];

function globalsOf(bad: Bad): AllowedGlobals {
  const view = ([storage, offset, shape, strides]: readonly unknown[]) => {
    const [sizes, steps] = [integers(shape), integers(strides)];
    if (
      !(storage instanceof Storage) ||
      !isCount(offset) ||
      !sizes ||
      !steps ||
      sizes.length !== steps.length ||
      sizes.length > MAX_DIMENSIONS
    ) {
      throw bad('a tensor is described by other than storage, offset, shape and strides');
    }
    return new View(storage, offset, sizes, steps);
  };
  const parameter = ([data]: readonly unknown[]) => data;
  return {
    ...orderedDict,
    ...Object.fromEntries(Object.keys(storages).map((name) => [name, null])),
    ...Object.fromEntries(
      inert.map((type) => [type, (args: readonly unknown[]) => new PickleObject(type, args)]),
    ),
    'torch._utils._rebuild_tensor': view,
    'torch._utils._rebuild_tensor_v2': view,
    'torch._utils._rebuild_parameter': parameter,
    'torch._utils._rebuild_parameter_with_state': parameter,
    '__builtin__.set': ([items]) => new Set(Array.isArray(items) ? (items as unknown[]) : []),
    'builtins.set': ([items]) => new Set(Array.isArray(items) ? (items as unknown[]) : []),
  };
}

type Bad = (what: string) => UlmfitError;
const badFile =
  (label: string): Bad =>
  (what) =>
    new UlmfitError('BAD_PYTORCH_FILE', `${label}: ${what}`);

/** Since PyTorch 1.6: a zip archive of `NAME/data.pkl` and one file a storage, `NAME/data/KEY`. */
function readZipFormat(bytes: Uint8Array, label: string): TorchFile {
  const bad = badFile(label);
  const archive = new ZipArchive(bytes, label);
  const folders = archive.names.flatMap((name) => /^([^/]*)\/data\.pkl$/.exec(name)?.[1] ?? []);
  const [folder] = folders;
  if (folder === undefined || folders.length > 1) {
    throw bad(`${folders.length} files data.pkl in the archive; torch.save writes one`);
  }
  if (archive.has(`${folder}/constants.pkl`)) {
    throw bad('it is a compiled TorchScript model; save its state_dict() instead');
  }
  if (
    archive.has(`${folder}/byteorder`) &&
    new TextDecoder().decode(archive.read(`${folder}/byteorder`)) !== 'little'
  ) {
    throw bad('it was written on a big-endian machine; save it again on a little-endian one');
  }
  const root = unpickle(archive.read(`${folder}/data.pkl`), {
    label,
    globals: globalsOf(bad),
    persistent: (id) => storageOf(id, bad),
  }).value;
  return {
    root,
    bytesOf: (storage) => {
      const name = `${folder}/data/${storage.key}`;
      const size = storage.size * dtypeBytes[storage.dtype];
      if (archive.sizeOf(name) !== size) {
        throw bad(`storage ${showName(storage.key)} has ${archive.sizeOf(name)} bytes, ${size} are expected`);
      }
      return archive.read(name);
    },
  };
}

/** Before PyTorch 1.6: five pickles (magic, version, machine, object, keys), then a count and values for each key. */
function readLegacyFormat(bytes: Uint8Array, label: string): TorchFile {
  const bad = badFile(label);
  let at = 0;
  const next = (options: UnpickleOptions = {}) => {
    const { value, end } = unpickle(bytes, { ...options, label, start: at });
    at = end;
    return value;
  };
  if (bytes[0] !== 0x80 || next() !== LEGACY_MAGIC) {
    throw bad('not a PyTorch file: it begins neither as a zip archive nor as the older format does');
  }
  const protocol = next();
  if (protocol !== LEGACY_PROTOCOL)
    throw bad(`format version ${brief(protocol)}, expected ${LEGACY_PROTOCOL}`);
  const machine = next();
  if (!(machine instanceof Map) || machine.get('little_endian') !== true) {
    throw bad('it was written on a big-endian machine; save it again on a little-endian one');
  }
  const dtypes = new Map<string, Dtype>();
  const root = next({
    globals: globalsOf(bad),
    persistent: (id) => {
      const storage = storageOf(id, bad);
      if (!dtypes.has(storage.key)) dtypes.set(storage.key, storage.dtype);
      return storage;
    },
  });
  const keys = next();
  if (!Array.isArray(keys)) throw bad('the list of storages is missing');
  const stored = new Map<string, Uint8Array>();
  const reader = new ByteReader(bytes, (end) => bad(`cut short at byte ${end}`), at);
  for (const key of keys as unknown[]) {
    const dtype = typeof key === 'string' ? dtypes.get(key) : undefined;
    if (typeof key !== 'string' || !dtype) throw bad(`a storage ${brief(key)} that no tensor uses`);
    stored.set(key, reader.take(reader.u64() * dtypeBytes[dtype]));
  }
  return {
    root,
    bytesOf: ({ key, dtype, size, start }) => {
      const all = stored.get(key);
      const length = size * dtypeBytes[dtype];
      if (!all || start + length > all.length) {
        throw bad(
          `storage ${showName(key)} has ${all?.length ?? 'no'} bytes, ${start + length} are expected`,
        );
      }
      return all.subarray(start, start + length);
    },
  };
}

/** `('storage', type, key, device, elements)`, in old files with `None` or `(view's key, offset, elements)` at the end. */
function storageOf(id: unknown, bad: Bad): Storage {
  const [kind, type, key, , size, part] = id instanceof PickleTuple ? id.items : [];
  const dtype =
    type instanceof PickleGlobal && Object.hasOwn(storages, type.name) ? storages[type.name] : undefined;
  if (kind !== 'storage' || !dtype || typeof key !== 'string' || !isCount(size)) {
    throw bad('a storage is described by other than type, key, device and size');
  }
  if (!(part instanceof PickleTuple)) return new Storage(key, dtype, size);
  const [, offset, elements] = part.items;
  if (!isCount(offset) || !isCount(elements))
    throw bad(`storage ${showName(key)}: its view has no offset and size`);
  return new Storage(key, dtype, elements, offset * dtypeBytes[dtype]);
}

/** Copies views out of their storages. */
class TensorReader {
  private readonly bad: Bad;
  private readonly loaded = new Map<string, Uint8Array>();
  private readonly made = new Map<string, RawTensor>();
  /** Bytes still to be given out: many views of one storage must not fill the memory. */
  private budget: number;

  constructor(
    private readonly file: TorchFile,
    label: string,
    fileBytes: number,
  ) {
    this.bad = badFile(label);
    this.budget = Math.max(2 ** 24, 64 * fileBytes);
  }

  stateDictionary(): Map<string, RawTensor> {
    const { root } = this.file;
    if (!(root instanceof Map)) throw this.bad('expected a state dictionary; save model.state_dict()');
    const model: unknown = root.get('model');
    const entries: Map<unknown, unknown> = model instanceof Map ? model : root;
    const tensors = new Map<string, RawTensor>();
    for (const [name, value] of entries) {
      if (typeof name !== 'string') throw this.bad('a tensor has no name; save model.state_dict()');
      if (!(value instanceof View)) throw this.bad(`${showName(name)} is no tensor; save model.state_dict()`);
      tensors.set(name, this.tensor(name, value));
    }
    return tensors;
  }

  private tensor(name: string, view: View): RawTensor {
    const { storage, offset, shape, strides } = view;
    const key = [storage.key, storage.start, storage.dtype, offset, shape, strides].map(String).join('|');
    const known = this.made.get(key);
    if (known) return known;
    const size = sizeOf(shape);
    const last = shape.reduce((sum, d, i) => sum + (d - 1) * (strides[i] as number), offset);
    if (size === undefined || (size > 0 && last >= storage.size)) {
      throw this.bad(
        `${showName(name)}: the shape ${brief(shape)} reaches beyond its storage of ${storage.size} elements`,
      );
    }
    const bytes = size * dtypeBytes[storage.dtype];
    if (bytes > this.budget)
      throw this.bad(`${showName(name)}: the tensors take far more bytes than the file has`);
    this.budget -= bytes;
    const made = rawTensor(storage.dtype, shape, this.gather(view, size));
    if (made.dtype === 'BOOL' && made.data.some((v) => v > 1))
      throw this.bad(`${showName(name)}: a truth value beyond 1`);
    this.made.set(key, made);
    return made;
  }

  /** The bytes of a view in row-major order. */
  private gather({ storage, offset, shape, strides }: View, size: number): Uint8Array {
    const width = dtypeBytes[storage.dtype];
    const source = this.storage(storage);
    if (isContiguous(shape, strides)) return source.subarray(offset * width, (offset + size) * width);
    const out = new Uint8Array(size * width);
    const index = shape.map(() => 0);
    let from = offset;
    for (let to = 0; to < size; to++) {
      for (let b = 0; b < width; b++) out[to * width + b] = source[from * width + b] as number;
      // The next index, as an odometer turns.
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const [at, length, stride] = [index[axis] as number, shape[axis] as number, strides[axis] as number];
        if (at + 1 < length) {
          index[axis] = at + 1;
          from += stride;
          break;
        }
        index[axis] = 0;
        from -= at * stride;
      }
    }
    return out;
  }

  private storage(storage: Storage): Uint8Array {
    const key = `${storage.key}|${storage.start}|${storage.size}|${storage.dtype}`;
    const known = this.loaded.get(key);
    if (known) return known;
    const bytes = this.file.bytesOf(storage);
    this.loaded.set(key, bytes);
    return bytes;
  }
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number;
    if (length !== 1 && strides[axis] !== expected) return false;
    expected *= length;
  }
  return true;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function integers(value: unknown): readonly number[] | undefined {
  const items =
    value instanceof PickleTuple ? value.items : value instanceof PickleObject ? sizeItems(value) : undefined;
  return items?.every(isCount) ? (items as readonly number[]) : undefined;
}

/** `torch.Size((2, 3))`. */
function sizeItems({ type, args: [items] }: PickleObject): readonly unknown[] | undefined {
  return type === 'torch.Size' && items instanceof PickleTuple ? items.items : undefined;
}
