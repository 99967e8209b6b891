import type { Interactions } from '../interactions';
import { fitEase } from './ease';
import type { Fitting } from './fitting';
import { fitIals } from './ials';
import { fitItemKnn } from './itemKnn';
import type { Fit, Parameters } from './model';
import { fitPopularity } from './popularity';

/** Fits the model that the parameters name. Throws ParameterRefused for parameters that no data could be fitted with. */
export async function fitModel(interactions: Interactions, parameters: Parameters, fitting: Fitting): Promise<Fit> {
  switch (parameters.kind) {
    case 'popularity':
      return fitPopularity(interactions, parameters);
    case 'itemKnn':
      return fitItemKnn(interactions, parameters, fitting);
    case 'ease':
      return fitEase(interactions, parameters, fitting);
    case 'ials':
      return fitIals(interactions, parameters, fitting);
  }
}
