// A query that is built and compiled once and run many times with other values.
//
// Building a query with kysely costs several times what SQLite needs to run it. Queries on the
// path of a request are therefore built when a store is made, with a placeholder for each value.

import type { Compilable, CompiledQuery, Kysely } from "kysely";
import type { Schema } from "./schema.js";

/** A database or a transaction in one. */
type Executor = Kysely<Schema>;

/** Stands for the value of one parameter while a query is built. */
class Placeholder {
  constructor(readonly name: PropertyKey) {}
}

/** Gives the placeholder of a parameter, typed as the value that will take its place. */
type Parameter<Values> = <Name extends keyof Values>(name: Name) => Values[Name];

export class PreparedQuery<Values extends object, Row> {
  readonly #compiled: CompiledQuery<Row>;

  constructor(build: (parameter: Parameter<Values>) => Compilable<Row>) {
    // To kysely a placeholder is a value like any other: it only ever carries it to `parameters`.
    const parameter = (name: PropertyKey): unknown => new Placeholder(name);
    this.#compiled = build(parameter as Parameter<Values>).compile();
  }

  async rows(executor: Executor, values: Values): Promise<Row[]> {
    return (await executor.executeQuery(this.#bind(values))).rows;
  }

  async first(executor: Executor, values: Values): Promise<Row | undefined> {
    return (await this.rows(executor, values))[0];
  }

  /** Runs an insert, update or delete and returns how many rows it changed. */
  async changes(executor: Executor, values: Values): Promise<number> {
    return Number((await executor.executeQuery(this.#bind(values))).numAffectedRows ?? 0);
  }

  #bind(values: Values): CompiledQuery<Row> {
    const byName = values as Readonly<Record<PropertyKey, unknown>>;
    const parameters = this.#compiled.parameters.map((parameter) =>
      parameter instanceof Placeholder ? byName[parameter.name] : parameter,
    );
    return { ...this.#compiled, parameters };
  }
}
