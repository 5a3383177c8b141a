// Sends a request of the table, and returns what a script can know about how it ends.

/** Return the URL of a request. No other has it, so no cache knows it, and the server can tell it apart. */
function address(api, row, run) {
  const url = new URL(row.path, api);
  url.searchParams.set("run", `${run}.${row.name}`);
  return url.href;
}

export function perform(row, api, run) {
  const url = address(api, row, run);
  return row.is_websocket ? connect(url.replace("http", "ws")) : read(url, row.init);
}

async function read(url, init) {
  try {
    const response = await fetch(url, init);
    return {
      allowed: true,
      status: response.status,
      body: await response.text(),
      headers: Object.fromEntries(response.headers),
    };
  } catch (error) {
    return { allowed: false, status: null, body: null, headers: {}, error: `a ${error.name}` };
  }
}

function connect(url) {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    const ended = { status: null, body: null, headers: {} };
    socket.onopen = () => {
      socket.close();
      resolve({ allowed: true, ...ended });
    };
    socket.onerror = () => resolve({ allowed: false, ...ended, error: "an error event" });
  });
}
