import { applyDecision, fitDecision, judge, mostConfidentMistakes } from '@ulmfit/pipeline';

// Invented logits of two models on a validation and a test set: in practice your models give them.
const classes = ['billing', 'delivery', 'login'];
const labels = Array.from({ length: 60 }, (_, i) => i % 3);
const logitsOf = (spread: number) =>
  labels.map((label, i) => classes.map((_, c) => (c === label ? 2 : 0) + spread * Math.sin(7 * i + 3 * c)));
const validation = { neural: logitsOf(3), linear: logitsOf(-2), labels };
const test = { neural: logitsOf(2.5), linear: logitsOf(-2.5), labels };

const decision = fitDecision(validation, validation.labels, { multiLabel: false });
const { probabilities } = applyDecision(test, decision, { multiLabel: false });

const judgement = judge(probabilities, test.labels, { classes, multiLabel: false });
console.log(judgement.accuracy, judgement.accuracyInterval, judgement.macro.f1);
console.log(judgement.verdict, judgement.verdictWords);
for (const { index, probability } of mostConfidentMistakes(probabilities, test.labels, 5)) {
  console.log(`text ${index}: ${(100 * probability).toFixed(0)} % sure, and wrong`);
}
