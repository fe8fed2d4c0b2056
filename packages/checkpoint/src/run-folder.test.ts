import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failingFiles } from '../../files/src/failing-files.test-helper.js';
import { openRunFolder } from './run-folder.js';
import { temporaryFolder } from '../../files/src/temporary-folder.test-helper.js';

const config = { seed: 7, optimizer: { lr: 0.004, betas: [0.7, 0.99] } };
const run = () => join(temporaryFolder(), 'runs', 'a');
const lock = (path: string, owner: object | string) =>
  writeFileSync(join(path, 'lock.json'), typeof owner === 'string' ? owner : JSON.stringify(owner));

describe('openRunFolder', () => {
  it('creates a run, and opens it again', () => {
    const path = run();
    const first = openRunFolder(path, { config });
    expect(first.isResumed).toBe(false);
    expect(JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'))).toEqual(config);
    first.checkpoints.save({ name: 's-1', stage: 's', epoch: 1, step: 1 }, { json: null, tensors: {} });
    first.close();
    expect(readdirSync(path).sort()).toEqual(['checkpoints', 'config.json']);
    const second = openRunFolder(path, {
      config: { seed: 7, optimizer: { lr: 0.01, betas: [0.7, 0.9] }, extra: true },
    });
    expect(second.isResumed).toBe(true);
    expect(second.config).toEqual(config);
    expect(second.changes).toEqual(['optimizer.lr', 'optimizer.betas', 'extra']);
    expect(second.checkpoints.list()).toHaveLength(1);
    expect(second.modelPath).toBe(`${path}/model`);
    second.close();
  });

  it('refuses a second run, naming the process', () => {
    const path = run();
    const first = openRunFolder(path, { config });
    const open = () => openRunFolder(path, { config });
    expect(open).toThrow(`process ${process.pid} is using this run`);
    expect(open).toThrow(expect.objectContaining({ code: 'RUN_LOCKED' }));
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    onTestFinished(() => void other.kill('SIGKILL'));
    first.close();
    lock(path, { pid: other.pid, host: hostname(), identity: null });
    expect(open).toThrow(`process ${other.pid} is using this run`);
    lock(path, { pid: 1, host: 'elsewhere', identity: null });
    expect(open).toThrow(/process 1 on elsewhere is using this run .* remove .*lock\.json/);
  });

  it.each<[string, () => object | string]>([
    [
      'a dead process',
      () => ({ pid: spawnSync(process.execPath, ['-e', '']).pid, host: hostname(), identity: null }),
    ],
    [
      'an earlier process of our number',
      () => ({ pid: process.pid, host: hostname(), identity: 'before/1' }),
    ],
    ['a writer killed before it wrote', () => ''],
  ])('takes over the lock of %s', (_, owner) => {
    const path = run();
    openRunFolder(path, { config }).close();
    lock(path, owner());
    const again = openRunFolder(path, { config });
    expect(JSON.parse(readFileSync(join(path, 'lock.json'), 'utf8'))).toMatchObject({ pid: process.pid });
    again.close();
    expect(readdirSync(path)).toEqual(['config.json']);
  });

  it('sweeps what a killed writer left', () => {
    const path = run();
    openRunFolder(path, { config }).close();
    writeFileSync(join(path, 'config.json.123-0.tmp'), '{');
    openRunFolder(path, { config }).close();
    expect(readdirSync(path)).toEqual(['config.json']);
  });

  it("never touches someone else's files", () => {
    const path = temporaryFolder();
    const mine = ['draft.tmp', 'notes.tmp', 'log.txt'];
    for (const name of mine) writeFileSync(join(path, name), 'mine');
    openRunFolder(path, { config }).close();
    openRunFolder(path, { config }).close();
    expect(readdirSync(path).sort()).toEqual(['config.json', ...mine].sort());

    const other = temporaryFolder();
    writeFileSync(join(other, 'config.json'), '{"name":"my app"}');
    writeFileSync(join(other, 'x.12-3.tmp'), 'mine');
    const { changes, close } = openRunFolder(other, { config });
    close();
    expect(changes).not.toEqual([]);
    expect(readdirSync(other).sort()).toEqual(['config.json', 'x.12-3.tmp']);
  });

  it.each(['model', 'checkpoints', 'metrics.jsonl', 'pretrain'])(
    "refuses a folder that holds someone else's %s, and leaves it as it was",
    (name) => {
      const path = temporaryFolder();
      writeFileSync(join(path, name), 'mine');
      expect(() => openRunFolder(path, { config, names: ['pretrain'] })).toThrow(
        expect.objectContaining({
          code: 'FOLDER_IN_USE',
          message: `${path} holds ${name} but no config.json of a run; give another folder`,
        }),
      );
      expect(readdirSync(path)).toEqual([name]);
    },
  );

  it('stops where its folder is removed under it, and the next run begins again', () => {
    const path = run();
    const info = { name: 's-1', stage: 's', epoch: 1, step: 1 };
    const state = { json: null, tensors: {} };
    const first = openRunFolder(path, { config });
    first.checkpoints.save(info, state);
    // Removing a tree is not one step: a checkpoint may be saved in its middle, and stay.
    for (const name of ['config.json', 'lock.json']) rmSync(join(path, name));
    for (const write of [
      () => first.checkpoints.save({ ...info, name: 's-2' }, state),
      () => first.metrics.append({ step: 1 }),
    ])
      expect(write).toThrow(expect.objectContaining({ code: 'RUN_REMOVED' }));
    first.close();
    expect(readdirSync(path)).toEqual(['checkpoints']);
    const second = openRunFolder(path, { config });
    expect(second.isResumed).toBe(false);
    expect(second.checkpoints.list()).toEqual([]);
    rmSync(path, { recursive: true });
    expect(() => second.checkpoints.save(info, state)).toThrow(`${path} or its lock.json was removed`);
    expect(existsSync(path)).toBe(false);
    second.close();
  });

  it('leaves other people’s checkpoints alone, also where the names are like its own', () => {
    const path = temporaryFolder();
    const theirs = join(path, 'checkpoints', 's', '000001-a');
    mkdirSync(theirs, { recursive: true });
    writeFileSync(join(theirs, 'notes.txt'), 'mine');
    expect(() => openRunFolder(path, { config })).toThrow(expect.objectContaining({ code: 'FOLDER_IN_USE' }));
    expect(readdirSync(theirs)).toEqual(['notes.txt']);
  });

  it('says what is wrong with a spoilt config, and gives the lock back', () => {
    const path = run();
    openRunFolder(path, { config }).close();
    writeFileSync(join(path, 'config.json'), '{"seed":');
    expect(() => openRunFolder(path, { config })).toThrow(/config\.json is not JSON; repair it/);
    expect(existsSync(join(path, 'lock.json'))).toBe(false);
  });

  it('can be opened after a failure at any moment', () => {
    for (let at = 0; ; at++) {
      const path = run();
      const files = failingFiles(at, 'ENOSPC');
      let error: unknown;
      try {
        openRunFolder(path, { config, files }).close();
      } catch (e) {
        error = e;
      }
      const after = openRunFolder(path, { config });
      expect(after.config).toEqual(config);
      after.close();
      if (files.changes <= at) break;
      // Giving the lock back fails in silence: the next run takes it over.
      if (error) expect(error).toEqual(expect.objectContaining({ code: 'FILE_ERROR' }));
    }
  });
});

describe('metrics.jsonl', () => {
  it('grows by lines and can be rewound', () => {
    const path = run();
    const { metrics, close } = openRunFolder(path, { config });
    expect(metrics.read()).toEqual([]);
    for (let step = 1; step <= 5; step++) metrics.append({ step, loss: step === 3 ? NaN : 1 / step });
    expect(readFileSync(metrics.path, 'utf8').split('\n')[2]).toBe('{"step":3,"loss":null}');
    metrics.rewind(({ step }) => Number(step) <= 2);
    metrics.append({ step: 3, loss: 0.3 });
    expect(metrics.read().map((r) => r['step'])).toEqual([1, 2, 3]);
    close();
  });

  it('mends a line that was cut by a kill, and names one that is spoilt', () => {
    const path = run();
    openRunFolder(path, { config }).close();
    writeFileSync(join(path, 'metrics.jsonl'), '{"step":1}\n{"st');
    const second = openRunFolder(path, { config });
    second.metrics.append({ step: 2 });
    expect(second.metrics.read()).toEqual([{ step: 1 }, { step: 2 }]);
    second.close();
    writeFileSync(join(path, 'metrics.jsonl'), '{"step":1}\n[]\n');
    const third = openRunFolder(path, { config });
    expect(() => third.metrics.read()).toThrow(/metrics\.jsonl, line 2: not a JSON object/);
    third.close();
  });

  it('tells of a full disk', () => {
    const path = run();
    openRunFolder(path, { config }).close();
    const second = openRunFolder(path, { config, files: failingFiles(2, 'ENOSPC') });
    expect(() => second.metrics.append({ step: 1 })).toThrow(
      /cannot write .*metrics\.jsonl: the disk is full/,
    );
    second.close();
    const third = openRunFolder(path, { config });
    expect(third.metrics.read()).toEqual([]);
    third.close();
  });
});
