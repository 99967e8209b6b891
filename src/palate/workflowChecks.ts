import type { ArgsOf } from '../messages/workflow';
import type * as exported from '../workflows';
import type { features } from './features';

/**
 * Checks that compile to nothing: a mistake is a type error here, which names the workflow.
 *
 * Every exported workflow has a definition in the manifest of a feature, every definition an exported workflow that takes its
 * arguments, and the feature of a definition is the one that lists it.
 */
type Listing = (typeof features)[number];
type DefinitionOf<F> = F extends { readonly workflows: infer Workflows } ? Workflows[keyof Workflows] : never;
type Definition = DefinitionOf<Listing>;
type NameOf<D> = D extends { readonly name: infer Name } ? Name : never;
type Defined = {
  readonly [D in Definition as NameOf<D> & string]: (args: ArgsOf<D>) => Promise<unknown>;
};
type Foreign<F> = F extends { readonly name: infer Name; readonly workflows: unknown }
  ? Exclude<DefinitionOf<F>, { readonly feature: Name }>
  : never;

type None<T extends never> = T;
type Provides<Workflows extends Expected, Expected> = Workflows;

export type WorkflowsWithoutDefinition = None<Exclude<keyof typeof exported, keyof Defined>>;
export type DefinedWorkflows = Provides<typeof exported, Defined>;
export type DefinitionsOfAnotherFeature = None<NameOf<Foreign<Listing>>>;
