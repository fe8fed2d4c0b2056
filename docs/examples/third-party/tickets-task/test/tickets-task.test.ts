import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainLinear } from '@ulmfit/linear';
import { testTask } from '@ulmfit/plugin-testkit';
import { ticketsTask, topics } from 'ulmfit-tickets-task';

test('it is a task', () => testTask(ticketsTask));

test('a linear model learns it', async () => {
  const task = ticketsTask();
  assert.deepEqual(task.classes, topics);
  const { classes, multiLabel } = task;
  const model = await trainLinear(task.labelled('train'), { classes: classes.length, multiLabel });
  for await (const { text, labels } of task.labelled('test')) {
    const [[account = 0, billing = 0] = []] = model.logits([text]);
    assert.equal(Number(billing > account), labels[0], text);
  }
});
