// The same page on the other name of this machine. To a browser that is another origin.

const NAMES = { "127.0.0.1": "localhost", localhost: "127.0.0.1" };

export const sibling = location.origin.replace(location.hostname, NAMES[location.hostname]);
