/** A parameter outside of what a model can be fitted with: a mistake of whoever chose it, never of the data. */
export class ParameterRefused extends Error {
  override readonly name = 'ParameterRefused';
}

export interface Bounds {
  readonly above?: number;
  readonly from?: number;
  readonly to?: number;
  readonly multipleOf?: number;
}

/** Throws ParameterRefused where `value` is outside; `multipleOf` asks for a whole number, too. */
export function checkNumber(name: string, value: number, { above, from, to, multipleOf }: Bounds): void {
  const inside =
    Number.isFinite(value) &&
    (above === undefined || value > above) &&
    (from === undefined || value >= from) &&
    (to === undefined || value <= to) &&
    (multipleOf === undefined || value % multipleOf === 0);
  if (inside) return;
  const rules = [
    multipleOf === undefined ? 'a finite number' : multipleOf === 1 ? 'a whole number' : `a multiple of ${multipleOf}`,
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(to === undefined ? [] : [`to ${to}`]),
  ];
  throw new ParameterRefused(`The parameter ${name} is ${value}; it must be ${rules.join(' ')}.`);
}
