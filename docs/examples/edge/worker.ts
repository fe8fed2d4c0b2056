import '@tensorflow/tfjs-backend-cpu';
import { loadClassifier, type LoadedClassifier } from '@ulmfit/inference';

/** What the platform hands over: where the model file lies. */
export interface Environment {
  readonly MODEL: string;
}

/** Loaded by the first request, and kept for those that this instance gets after. */
let classifier: Promise<LoadedClassifier> | undefined;

export default {
  async fetch(request: Request, { MODEL }: Environment): Promise<Response> {
    classifier ??= loadClassifier(MODEL);
    const { texts } = (await request.json()) as { texts: string[] };
    return Response.json(await (await classifier).predict(texts));
  },
};
