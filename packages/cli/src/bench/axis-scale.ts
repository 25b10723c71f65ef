/** Where values lie on the axis of a drawing. */

/** From here on the shortest value would be a mere line on a linear axis. */
const LINEAR_RATIO_MAX = 20;

/** An axis from its near end to its far one. */
export interface Scale {
  readonly isLogarithmic: boolean;
  readonly ticks: readonly number[];
  /** 0 at the near end to 1 at the far one. */
  place(value: number): number;
}

/** Linear from 0, or logarithmic between powers of ten when values differ too much for that. */
export function toScale(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0);
  const longest = Math.max(1, ...positive);
  const shortest = Math.min(longest, ...positive);
  return longest / shortest > LINEAR_RATIO_MAX
    ? toLogarithmic(shortest, longest)
    : toLinear(longest);
}

function toLinear(longest: number): Scale {
  const step = 10 ** Math.floor(Math.log10(longest)) / 2;
  const end = Math.ceil(longest / step) * step;
  return {
    isLogarithmic: false,
    ticks: [0, 0.25, 0.5, 0.75, 1].map((part) => part * end),
    place: (value) => Math.min(1, Math.max(0, value / end)),
  };
}

function toLogarithmic(shortest: number, longest: number): Scale {
  const first = Math.floor(Math.log10(shortest));
  const last = Math.ceil(Math.log10(longest));
  const exponents = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return {
    isLogarithmic: true,
    ticks: exponents.map((exponent) => 10 ** exponent),
    place: (value) => Math.min(1, Math.max(0, (Math.log10(value) - first) / (last - first))),
  };
}

export function formatTick(value: number): string {
  const rounded = value >= 10 ? Math.round(value * 10) / 10 : Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US');
}
