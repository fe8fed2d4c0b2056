export type StageName = 'linear' | 'pretrain' | 'finetune' | 'classify' | 'evaluate';

/** The stages that train by the trainer, with plugins and an optimizer. */
export const trainedStages = ['pretrain', 'finetune', 'classify'] as const satisfies readonly StageName[];
export type TrainedStage = (typeof trainedStages)[number];
