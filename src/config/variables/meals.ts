import * as kind from '../kinds';
import { setting } from '../documented';

export const mealsVariables = {
  openaiEmbeddingModel: setting(kind.text(), {
    variable: 'OPENAI_EMBEDDING_MODEL',
    byDefault: 'text-embedding-3-small',
    example: 'text-embedding-3-small',
    meaning:
      'Model that embeds the meals of the catalogue, where OPENAI_API_KEY is set: it is sent their name, cuisine, type and ingredients, and not who added them. Without a key a method of our own does.',
  }),
  mealEmbedSweepMs: setting(kind.wholeNumber(50, 86_400_000), {
    variable: 'MEAL_EMBED_SWEEP_MS',
    unit: 'ms',
    byDefault: '60000',
    example: '60000',
    meaning: 'Time between two looks for meals whose embedding is of another method than the workers’.',
  }),
};
