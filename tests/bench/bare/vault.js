// Put into the vault's worker: when its last entry was on the disk, in milliseconds since 1970.
(() => {
  const begin = IDBDatabase.prototype.transaction;
  globalThis.kept = 0;
  IDBDatabase.prototype.transaction = function transaction(tables, mode, options) {
    const found = begin.call(this, tables, mode, options);
    if (options?.durability === "strict") found.addEventListener("complete", () => { globalThis.kept = performance.timeOrigin + performance.now(); });
    return found;
  };
})()
