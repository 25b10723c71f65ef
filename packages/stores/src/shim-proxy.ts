import { registerWrapped } from './shim-registry.js';

type Method = (...parameters: never[]) => unknown;

/**
 * An object that is `bare` in every respect (`instanceof`, properties, events) except for the
 * methods (and values) in `overrides`. Other methods run on `bare` itself, so that the driver's own calls never
 * pass through the shim; where they return `bare`, the caller gets the shim. Methods for which
 * `runsOnShim` holds are left as they are: what they call on `this` passes through the shim.
 */
export function createShim<T extends object>(
  bare: T,
  overrides: Readonly<Record<string, unknown>>,
  runsOnShim: (name: string) => boolean = () => false,
): T {
  const methods = new WeakMap<Method, Method>();
  const shim: T = new Proxy(bare, {
    get(target, property) {
      if (typeof property === 'string' && Object.hasOwn(overrides, property)) {
        return overrides[property];
      }
      const value: unknown = Reflect.get(target, property, target);
      // Functions that an instance owns (a pool's `Client`, a client's `release`) need no `this`.
      if (typeof value !== 'function' || property === 'constructor') return value;
      if (Object.hasOwn(target, property)) return value;
      if (typeof property === 'string' && runsOnShim(property)) return value;
      return bindMethod(value as Method);
    },
  });
  const bindMethod = (method: Method): Method => {
    const known = methods.get(method);
    if (known !== undefined) return known;
    const bound = (...parameters: never[]): unknown => {
      const result: unknown = Reflect.apply(method, bare, parameters);
      return result === bare ? shim : result;
    };
    methods.set(method, bound);
    return bound;
  };
  registerWrapped(shim, bare);
  return shim;
}
