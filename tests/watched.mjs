// An object's state in which a test sees what the object does with its storage.
import { instead } from "./relays.mjs";

/**
 * The state with each statement's cursor, text and bindings handed to `ran` once its rows are read. `setAlarm` is asked in the place
 * of the storage's; whatever else is given stands beside what an object has.
 */
export function watched(state, ran, { setAlarm, ...others } = {}) {
  const { sql } = state.storage;
  const exec = (query, ...bindings) => {
    const cursor = sql.exec(query, ...bindings);
    const rows = cursor.toArray();
    ran(cursor, query, bindings);
    return { toArray: () => rows, [Symbol.iterator]: () => rows[Symbol.iterator]() };
  };
  const storage = new Proxy(state.storage, {
    get(target, name) {
      if (name === "sql")
        return new Proxy(sql, { get: (own, member) => (member === "exec" ? exec : own[member]) });
      if (name === "setAlarm" && setAlarm)
        return (time) => setAlarm(() => target.setAlarm(time), time);
      const member = target[name];
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  return instead(state, {
    id: state.id,
    storage,
    blockConcurrencyWhile: (act) => state.blockConcurrencyWhile(act),
    ...others,
  });
}
