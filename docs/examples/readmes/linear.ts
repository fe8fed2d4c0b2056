import { linearFromParts, linearToParts, trainLinear } from '@ulmfit/linear';

const rows = [
  { text: 'A warm and funny film.', labels: [1] },
  { text: 'Dull from start to end.', labels: [0] },
]; // or any iterable, asynchronous ones too
const linear = await trainLinear(rows, { classes: 2, multiLabel: false });
console.log(linear.logits(['Warm, if a bit dull.'])); // [texts, classes]
console.log(linear.explain('Warm, if a bit dull.', 1).terms); // what each term adds to the logit of class 1

const { json, arrays } = linearToParts(linear); // for a file
const same = linearFromParts({ json, arrays });
console.log(same.logits(['Warm, if a bit dull.'])); // those of before
