export type StageName = 'linear' | 'pretrain' | 'finetune' | 'classify' | 'evaluate';

/** The stages that train by the trainer, with plugins and an optimizer. */
export type TrainedStage = Extract<StageName, 'pretrain' | 'finetune' | 'classify'>;

/** In the order in which a run goes through them. */
export const trainedStages: readonly TrainedStage[] = ['pretrain', 'finetune', 'classify'];
