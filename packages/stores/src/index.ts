// Each store has its own subpath (`@rendezvous/stores/postgres`), so that a function loads only
// what it uses. Nothing is shared between stores yet.
export {};
