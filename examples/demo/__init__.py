"""The demo: an API behind fastcors, four exchanges in the terminal, and a page that sends live requests.

Run it with: make demo

| file | what |
|---|---|
| `__main__.py` | the command: starts the server, shows the exchanges, names the page |
| `terminal.py` | the four exchanges, printed side by side |
| `process.py` | the server's process: starts it, and ends it with the demo |
| `server.py` | what runs there: the API on one port, the page on another |
| `api.py` | the API, an ordinary FastAPI application |
| `policy.py` | its policy, as the text that the page shows and edits |
| `fetches.py` | the table of fetches, for browsers and for the simulator |
| `simulator.py` | how each of them ends, by `fastcors.testing` |
| `received.py` | which requests reach the API, and why each is allowed or rejected |
| `control.py` | the page's server: what its scripts ask for |
| `files.py` | the files of the page, and the headers that they are served with |
| `requests.py` | reads a policy from a request |
| `fixes.py` | writes a suggestion of lint into the text of a policy |
| `page/` | the page: HTML, CSS and JavaScript, as they are served |
"""
