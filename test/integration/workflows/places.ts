/** Stands in the bundle for the places of defects until a test writes them (`placesIn`). Read by `defect.ts`, inside workflows. */
export const placeholder = '__PLACES_OF_DEFECTS__' as string;

/** The bundle with defects: where, by account or type of workflow. */
export const placesIn = (bundle: string, places: Readonly<Record<string, string>>): string =>
  bundle.replaceAll(
    placeholder,
    Object.entries(places)
      .map((entry) => entry.join('='))
      .join(';'),
  );
