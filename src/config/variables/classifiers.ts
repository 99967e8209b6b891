import * as kind from '../kinds';
import { orNull, setting } from '../documented';

export const classifiersVariables = {
  hfSpaceUrl: setting(kind.baseUrl(), {
    variable: 'HF_SPACE_URL',
    byDefault: 'https://router.huggingface.co/hf-inference/models/nateraw/food',
    example: 'https://router.huggingface.co/hf-inference/models/nateraw/food',
    meaning:
      'Hugging Face model that names the dish. Setting it turns the classifier on, even without a token; `api-inference` addresses become the router’s.',
  }),
  hfApiToken: setting(orNull(kind.text()), {
    variable: 'HF_API_TOKEN',
    secret: true,
    unset: 'off, unless HF_SPACE_URL is set',
    example: 'hf_0123456789abcdef',
    meaning: 'Hugging Face token; turns the classifier on.',
  }),
  hfConfidenceThreshold: setting(kind.decimal(0, 1), {
    variable: 'HF_CONFIDENCE_THRESHOLD',
    byDefault: '0.5',
    example: '0.5',
    meaning: 'Least confidence (0 to 1) for a label to count.',
  }),
  hfRejectionStatusCode: setting(kind.wholeNumber(200, 499), {
    variable: 'HF_REJECTION_STATUS_CODE',
    byDefault: '200',
    example: '422',
    meaning: 'HTTP status of the answer to a photo below the threshold (200, or 400 to 499).',
  }),
  hfSpaceTimeoutMs: setting(kind.secondsAsMs(0.05, 120), {
    variable: 'HF_SPACE_TIMEOUT',
    unit: 's',
    byDefault: '15',
    example: '15',
    meaning: 'Time limit of one call to a classifier; shorter while a request waits (`PREDICT_WAIT_MS`).',
  }),
  mlServiceUrl: setting(orNull(kind.baseUrl()), {
    variable: 'ML_SERVICE_URL',
    unset: 'none',
    example: 'http://127.0.0.1:5000/predict',
    meaning: 'Second classifier, asked when the first cannot speak or is not sure.',
  }),
  mlServiceApiKey: setting(orNull(kind.text()), {
    variable: 'ML_SERVICE_API_KEY',
    secret: true,
    unset: 'no key is sent',
    example: 'ml_0123456789',
    meaning: 'Key of the second classifier.',
  }),
  openaiApiKey: setting(orNull(kind.text()), {
    variable: 'OPENAI_API_KEY',
    secret: true,
    unset: 'off',
    example: 'sk-0123456789abcdef',
    meaning:
      'Key of OpenAI; turns on a third classifier, which tells the foods of a plate apart and judges their weight by eye; it is sent the picture (without its metadata) and nothing else. It also turns on OPENAI_EMBEDDING_MODEL.',
  }),
  openaiBaseUrl: setting(kind.baseUrl(), {
    variable: 'OPENAI_BASE_URL',
    byDefault: 'https://api.openai.com/v1',
    example: 'https://api.openai.com/v1',
    meaning:
      'Where OpenAI, or a server that speaks the same, answers; `/chat/completions` and `/embeddings` are appended.',
  }),
  openaiModel: setting(kind.text(), {
    variable: 'OPENAI_MODEL',
    byDefault: 'gpt-4o-mini',
    example: 'gpt-4o-mini',
    meaning:
      'Its model: one that sees pictures and answers by a JSON schema. What local models make of that (a fence, a thought, `100 g`, `high`) is read as well.',
  }),
  captionModel: setting(kind.flag(), {
    variable: 'CAPTION_MODEL',
    byDefault: 'false',
    example: 'true',
    meaning:
      'Whether OPENAI_MODEL helps to read what people write about a meal, where our rules leave open which food is meant or do not know words. It is sent that text and the names of foods it may mean, once a text, and only chooses among them; figures stay ours.',
  }),
  captionModelTimeoutMs: setting(kind.secondsAsMs(0.05, 20), {
    variable: 'CAPTION_MODEL_TIMEOUT',
    unit: 's',
    byDefault: '4',
    example: '4',
    meaning: 'Time limit of that; a text is read by our rules alone where it does not answer within it.',
  }),
};
