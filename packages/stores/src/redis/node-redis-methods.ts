/** What clients, pools, sentinels and clusters of node-redis have in common. */
export interface NodeRedisBase {
  /** The instance behind `withTypeMapping()` and the like, which alone has the private fields. */
  readonly _self: object;
}

type Method = (...parameters: readonly unknown[]) => unknown;

/** Stand for `this` in methods of the driver, in which something is replaced. */
export interface HookedCallers {
  /** Of the client's own methods. */
  readonly caller: object;
  /** Of the methods of a module, which see its instance alone. */
  readonly moduleCaller: object;
}

/** Objects that inherit everything of `client` but what `hooks` replaces, also behind `_self`. */
export function toHookedCallers(
  client: NodeRedisBase,
  hooks: PropertyDescriptorMap,
): HookedCallers {
  const self: object = Object.create(client._self, hooks) as object;
  return {
    caller: Object.create(client, { ...hooks, _self: { value: self } }) as object,
    moduleCaller: Object.create(client, hooks) as object,
  };
}

/** The methods that the driver generates, one per command, script and module, called by `callers`. */
export function toGeneratedMethods(
  client: NodeRedisBase,
  { caller, moduleCaller }: HookedCallers,
): Record<string, unknown> {
  const methods: Record<string, unknown> = {};
  const generated = Object.getPrototypeOf(client._self) as object;
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(generated))) {
    if (name === 'constructor' || name === 'Multi') continue;
    if (typeof property.value === 'function') {
      const method = property.value as Method;
      methods[name] = (...parameters: readonly unknown[]) =>
        Reflect.apply(method, caller, parameters);
    } else if (property.get !== undefined) {
      methods[name] = property.get.call(moduleCaller);
    }
  }
  return methods;
}

const VIEWS = ['withCommandOptions', 'withTypeMapping', 'withAbortSignal', 'asap'];

/** Methods that return the client with other options; `shimView` wraps what they return. */
export function toViewMethods<T extends NodeRedisBase>(
  client: T,
  shimView: (view: T) => T,
): Record<string, unknown> {
  const methods: Record<string, unknown> = {};
  for (const name of VIEWS) {
    const method: unknown = Reflect.get(client, name);
    if (typeof method !== 'function') continue;
    methods[name] = (...parameters: readonly unknown[]) =>
      shimView(Reflect.apply(method, client, parameters) as T);
  }
  return methods;
}
