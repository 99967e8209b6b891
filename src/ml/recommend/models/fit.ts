import type { Interactions } from '../interactions';
import { fitContent } from './content';
import { fitEase } from './ease';
import type { Fitting } from './fitting';
import { fitIals } from './ials';
import { fitItemKnn } from './itemKnn';
import { fitHybrid } from './hybrid';
import type { CollaborativeModel, Fit, Parameters } from './model';
import { fitPopularity } from './popularity';

/** Fits the model that the parameters name. Throws ParameterRefused for parameters that no data could be fitted with. */
export async function fitModel(interactions: Interactions, parameters: Parameters, fitting: Fitting): Promise<Fit> {
  switch (parameters.kind) {
    case 'popularity':
      return fitPopularity(interactions, parameters);
    case 'itemKnn':
    case 'ease':
    case 'ials':
      return fitCollaborative(interactions, parameters, fitting);
    case 'content':
      return fitContent(interactions.items, parameters, fitting);
    case 'hybrid':
      return fitHybrid(interactions, parameters, fitting, (part, staged) =>
        fitCollaborative(part, parameters.collaborative, staged),
      );
  }
}

function fitCollaborative(
  interactions: Interactions,
  parameters: CollaborativeModel['parameters'],
  fitting: Fitting,
): Promise<Fit<CollaborativeModel>> {
  switch (parameters.kind) {
    case 'itemKnn':
      return fitItemKnn(interactions, parameters, fitting);
    case 'ease':
      return fitEase(interactions, parameters, fitting);
    case 'ials':
      return fitIals(interactions, parameters, fitting);
  }
}
