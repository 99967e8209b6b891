import { eachFact, factNames, roundFact, type Fact, type NutritionFacts } from '../foods/figures';

/**
 * What was eaten on a day, summed up from figures as the entries show them, so that whoever adds up a page of the log, but for
 * what may be the same meal as another (`duplicate_of`), gets the same.
 *
 * D1  A total adds what is known, and is null where nothing is. Where an entry is left out of one, as it does not know that figure or
 *     has none yet, or is in it without something that was not understood, the total is a lower bound and says so.
 * D2  An average is over the days on which its figure is known: a day without entries was not logged, which is not fasting.
 */
export interface DayTotals {
  /** With figures. */
  readonly entries: number;
  /** Without figures yet. */
  readonly waiting: number;
  readonly facts: NutritionFacts;
  readonly lowerBounds: Fact[];
}

/** One day, added up an entry at a time. */
export function openDay() {
  let entries = 0;
  let waiting = 0;
  const sums = new Map<Fact, { total: number; known: number }>();
  return {
    /** `whole`: nothing of the meal was left out of its figures. */
    add(facts: NutritionFacts, whole: boolean) {
      entries += 1;
      for (const fact of factNames) {
        const figure = facts[fact];
        if (figure === null) continue;
        const sum = sums.get(fact) ?? { total: 0, known: 0 };
        sums.set(fact, { total: sum.total + figure, known: sum.known + (whole ? 1 : 0) });
      }
    },
    addWaiting() {
      waiting += 1;
    },
    totals: (): DayTotals => ({
      entries,
      waiting,
      facts: eachFact((fact) => roundFact(fact, sums.get(fact)?.total ?? null)),
      lowerBounds: factNames.filter((fact) => (sums.get(fact)?.known ?? 0) < entries + waiting),
    }),
  };
}
export type OpenDay = ReturnType<typeof openDay>;

/** By rule D2; null where no day knows the figure. */
export function averageOf(days: readonly DayTotals[]): NutritionFacts {
  return eachFact((fact) => {
    const known = days.map(({ facts }) => facts[fact]).filter((figure) => figure !== null);
    return known.length === 0 ? null : roundFact(fact, known.reduce((sum, figure) => sum + figure, 0) / known.length);
  });
}
