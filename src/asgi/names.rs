//! The constant Python objects that every request needs, made once.

use super::immortal::make_immortal;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyString, PyTuple};

/// Interned keys and constant values.
pub(super) struct Names {
    pub(super) kind: Py<PyString>,
    pub(super) headers: Py<PyString>,
    pub(super) method: Py<PyString>,
    pub(super) http: Py<PyString>,
    pub(super) websocket: Py<PyString>,
    pub(super) scheme: Py<PyString>,
    pub(super) path: Py<PyString>,
    pub(super) root_path: Py<PyString>,
    pub(super) raw_path: Py<PyString>,
    pub(super) options: Py<PyString>,
    pub(super) response_start: Py<PyString>,
    pub(super) allow_origin: Py<PyBytes>,
    pub(super) allow_headers: Py<PyBytes>,
    pub(super) vary_name: Py<PyBytes>,
    pub(super) vary_origin: Py<PyTuple>,
    pub(super) private_network: Py<PyTuple>,
    /// `async def (send, start, body)`: sends both.
    pub(super) respond: Py<PyAny>,
    /// `async def (awaitable)`: awaits it.
    pub(super) await_later: Py<PyAny>,
    /// `async def (exception)`: raises it.
    pub(super) raise_later: Py<PyAny>,
    /// `async def (app, scope, receive, send)`: awaits the result of the call.
    pub(super) call_later: Py<PyAny>,
    /// `async def (middleware, policy, scope, origin, method, headers, private_network, send)`: asks
    /// the middleware about the Origin of a preflight, and sends the response.
    pub(super) respond_when_asked: Py<PyAny>,
    /// `async def (send, middleware, policy, scope, origin, message)`: asks the middleware about the Origin
    /// of an actual request, and sends the start of the response.
    pub(super) send_when_asked: Py<PyAny>,
    /// `async def (scope, receive, send, start, body)`: rejects the handshake of a WebSocket.
    pub(super) reject_handshake: Py<PyAny>,
    /// `async def (middleware, policy, scope, receive, send, origin)`: asks the middleware about the
    /// Origin, and then rejects the request or calls the application.
    pub(super) enforce_when_asked: Py<PyAny>,
    /// The method that makes a new policy from the list that it follows.
    pub(super) follow: Py<PyString>,
    /// `def (app)`: whether calling it makes a coroutine and runs nothing.
    pub(super) makes_coroutines: Py<PyAny>,
    /// `async def (message)`: what a `send` looks like to `inspect`.
    pub(super) send_shape: Py<PyAny>,
    /// `types.MethodType`.
    pub(super) bound_method: Py<PyAny>,
}

static NAMES: PyOnceLock<Names> = PyOnceLock::new();

impl Names {
    /// The set, where [`get`](Self::get) has made it.
    #[inline]
    pub(super) fn made(py: Python<'_>) -> Option<&'static Self> {
        NAMES.get(py)
    }

    /// The one set of them.
    ///
    /// # Errors
    /// Those of importing `fastcors._coroutines`.
    pub(super) fn get(py: Python<'_>) -> PyResult<&'static Self> {
        NAMES.get_or_try_init(py, || {
            let text = |text| PyString::intern(py, text).unbind();
            let bytes = |bytes: &[u8]| immortal(PyBytes::new(py, bytes)).unbind();
            let pair = |name: &[u8], value: &[u8]| {
                let (name, value) = (bytes(name), bytes(value));
                PyTuple::new(py, [name, value]).map(|pair| immortal(pair).unbind())
            };
            let coroutines = py.import("fastcors._coroutines")?;
            let function = |name| coroutines.getattr(name).map(Bound::unbind);
            Ok(Self {
                kind: text("type"),
                headers: text("headers"),
                method: text("method"),
                http: text("http"),
                websocket: text("websocket"),
                scheme: text("scheme"),
                path: text("path"),
                root_path: text("root_path"),
                raw_path: text("raw_path"),
                options: text("OPTIONS"),
                response_start: text("http.response.start"),
                allow_origin: bytes(b"access-control-allow-origin"),
                allow_headers: bytes(b"access-control-allow-headers"),
                vary_name: bytes(b"vary"),
                vary_origin: pair(b"vary", b"Origin")?,
                private_network: pair(b"access-control-allow-private-network", b"true")?,
                respond: function("respond")?,
                await_later: function("await_later")?,
                raise_later: function("raise_later")?,
                call_later: function("call_later")?,
                respond_when_asked: function("respond_when_asked")?,
                send_when_asked: function("send_when_asked")?,
                reject_handshake: function("reject_handshake")?,
                enforce_when_asked: function("enforce_when_asked")?,
                follow: text("_fastcors_follow"),
                makes_coroutines: function("makes_coroutines")?,
                send_shape: function("send")?,
                bound_method: function("METHOD")?,
            })
        })
    }
}

fn immortal<T>(object: Bound<'_, T>) -> Bound<'_, T> {
    make_immortal(object.as_any());
    object
}

/// A header line as ASGI has it.
pub(crate) fn pair(py: Python<'_>, name: &[u8], value: &[u8]) -> PyResult<Py<PyTuple>> {
    Ok(PyTuple::new(py, [PyBytes::new(py, name), PyBytes::new(py, value)])?.unbind())
}
