// Each store has its own subpath (`@rendezvous/stores/postgres`), so that a function loads only
// what it uses. Nothing is offered for all stores alike yet.
export {};
